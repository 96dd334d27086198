"""Figures of warm pools and of many clones at once: E1 (claim from a full pool) and E10 (50 clones requested at once).

Prints a table and JSON like `environments.py`. Run it through `Scripts/bench`.
"""
import concurrent.futures
import statistics
import sys
import time

from harness import API, Installation, show


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def claims(it, rounds=4, each=50):
    """E1: a POST that claims, from its first byte to the last of its answer; the commit is durable. Fifty come one after
    another, as the jobs of a build do, and what the fifty before left is being deleted meanwhile."""
    api, took, flushes = API(it), [], []
    it.psql("CREATE TABLE flush (n int);\n")
    for number in range(rounds):
        it.envctl("snapshot", "pool", "prod-snapshot", "--size", str(each), "--wait", "--timeout", "10m")
        # What one durable commit costs on this disk, in the same minute.
        flushes += it.psql("INSERT INTO flush VALUES (1);\n" * 10)[1]
        names = [f"claim-{number}-{claim}" for claim in range(each)]
        for name in names:
            begin = time.perf_counter()
            made = api.call("POST", "/v1/environments", {"snapshot": "prod-snapshot", "name": name})
            took.append((time.perf_counter() - begin) * 1000)
            if made["phase"] != "ready" or "claimed_at" not in made:
                sys.exit(f"{name} did not come from the pool: {made}")
        for name in names:
            api.call("DELETE", f"/v1/environments/{name}")
    it.envctl("snapshot", "pool", "prod-snapshot", "--size", "0")
    anchor = statistics.median(flushes)
    rows = []
    for variant, share, reach in (("p50", 0.5, 5), ("p99", 0.99, 25)):
        ours = percentile(took, share)
        rows.append({"row": "E1", "variant": f"{variant} of {len(took)} claims over HTTP, in bursts of {each}",
                     "ours": round(ours, 2), "anchor": round(anchor, 2), "anchor_name": "one durable INSERT",
                     "ratio": round(ours / anchor, 2), "unit": "ms", "reach": reach})
    return rows


def drained(it):
    """Returns when nothing of an environment is left, members of the pool included."""
    sql = "SELECT count(*) FROM pg_database WHERE datname LIKE 'envctl\\_e\\_%';\n"
    deadline = time.time() + 300
    while int(it.psql(sql)[0][0]) > 0:
        if time.time() > deadline:
            sys.exit("environments are not deleted")
        time.sleep(0.2)


def many_at_once(it, count=50, rounds=3):
    """E10: the first request to the last `ready`, beside as many bare CREATE DATABASE one after another."""
    template = it.json("snapshot", "show", "prod-snapshot")["database"]
    size = it.psql(f"SELECT pg_database_size('{template}') / 1048576;\n")[0][0]
    ours, bare = [], []
    for number in range(rounds):
        drained(it)
        sql = "".join(f'CREATE DATABASE bare_{n} TEMPLATE "{template}";\n' for n in range(count))
        bare.append(sum(it.psql(sql)[1]))
        it.psql("".join(f"DROP DATABASE bare_{n};\n" for n in range(count)))
        api = API(it)

        def clone(index):
            name = f"many-{number}-{index}"
            api.call("POST", "/v1/environments", {"snapshot": "prod-snapshot", "name": name})
            while True:
                state = api.call("GET", f"/v1/environments/{name}/wait?timeout_seconds=60")
                if state["phase"] == "ready":
                    return
                if state["phase"] == "failed":
                    sys.exit(f"{name} failed: {state.get('reason')}")

        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            begin = time.perf_counter()
            list(pool.map(clone, range(count)))
            ours.append((time.perf_counter() - begin) * 1000)
        for index in range(count):
            api.call("DELETE", f"/v1/environments/many-{number}-{index}")
    median, anchor = statistics.median(ours), statistics.median(bare)
    return {"row": "E10", "variant": f"{count} clones of a {size} MB snapshot at once, median of {rounds}",
            "ours": round(median), "anchor": round(anchor), "anchor_name": f"{count} bare CREATE DATABASE in turn",
            "ratio": round(median / anchor, 2), "unit": "ms", "reach": round(0.7 * anchor)}


def main():
    # A pool of fifty, and fifty that were claimed from it and are being deleted.
    with Installation(ports="25100-25499") as it:
        rows = claims(it)
        rows.append(many_at_once(it))
    show(rows)


main()
