"""Figure of deadlines: E9 (how late environments are deleted that are due within one minute).

Makes the environments first, lets them fall asleep so that their servers do not fill the memory, spreads their deadlines
over one minute, and reads from the records when each was gone: server, database and role dropped, port free. There is no
grace. `ENVCTL_BENCH_DEADLINES` sets how many (1,000). Run it through `Scripts/bench deadlines`.
"""
import concurrent.futures
import os
import statistics
import sys
import time

from harness import API, Installation, show

COUNT = int(os.environ.get("ENVCTL_BENCH_DEADLINES", "1000"))
SPREAD = 60


def phases(api):
    counts = {}
    for environment in api.call("GET", "/v1/environments")["items"]:
        counts[environment["phase"]] = counts.get(environment["phase"], 0) + 1
    return counts


def wait_until(api, what, condition, bound):
    end = time.time() + bound
    while not condition(seen := phases(api)):
        if time.time() > end:
            sys.exit(f"{what}: not so after {bound} s: {seen}")
        time.sleep(1)


def measure(it):
    api = API(it)
    begin = time.time()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: api.call("POST", "/v1/environments", {
            "snapshot": "prod-snapshot", "name": f"due-{number}", "ttl_seconds": 86400, "idle_seconds": 10,
            "when_full": "queue",
        }), range(COUNT)))
        wait_until(api, "asleep", lambda seen: seen.get("hibernated", 0) == COUNT, 120 + 2 * COUNT)
        print(f"{COUNT} environments made and asleep after {time.time() - begin:.0f} s", file=sys.stderr)
        # Far enough ahead that every deadline is moved before the first one comes.
        first = time.time() + max(15, COUNT / 40)
        list(pool.map(lambda number: api.call("POST", f"/v1/environments/due-{number}/extend", {
            "ttl_seconds": round(first + number * SPREAD / COUNT - time.time())}), range(COUNT)))
    if time.time() > first:
        sys.exit("the deadlines were not moved in time")
    wait_until(api, "gone", lambda seen: not seen, SPREAD + 600)
    late = sorted(float(line) for line in it.psql(
        "SELECT extract(epoch FROM deleted_at - expires_at) FROM environments;\n", database="envctl")[0])
    inside = sum(1 for value in late if value <= 5)
    return {"row": "E9", "variant": f"worst of {len(late)} due within {SPREAD} s; median {statistics.median(late):.2f} s, "
                                    f"p99 {late[int(len(late) * 0.99) - 1]:.2f} s, {inside} within 5 s",
            "ours": round(late[-1], 2), "anchor": None, "anchor_name": "-", "ratio": None, "unit": "s", "reach": 5}


def main():
    ports = f"26000-{26000 + COUNT + 50}"
    with Installation(ports=ports, ENVCTL_GRACE="0s", ENVCTL_MAX_ENVIRONMENTS=str(COUNT + 50)) as it:
        row = measure(it)
    show([row])


main()
