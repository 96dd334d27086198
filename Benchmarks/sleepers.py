"""Figure of many that sleep: E8 (memory and idle CPU of the control plane beside 500 sleeping and 20 awake environments).

Makes all of them, puts 500 to sleep, gives the control plane a minute of peace, and then reads its memory and the CPU time
that it takes in a further minute. `ENVCTL_BENCH_SLEEPERS` sets how many sleep. Run it through `Scripts/bench sleepers`.
"""
import concurrent.futures
import json
import os
import pathlib
import time

from harness import API, Installation, show

ASLEEP = int(os.environ.get("ENVCTL_BENCH_SLEEPERS", "500"))
AWAKE = 20
PEACE = 60


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


def measure(it):
    api = API(it)

    def make(number):
        name = f"s-{number}"
        api.call("POST", "/v1/environments", {"snapshot": "prod-snapshot", "name": name, "idle_seconds": 0})
        while api.call("GET", f"/v1/environments/{name}/wait?timeout_seconds=60")["phase"] != "ready":
            pass
        if number < ASLEEP:
            api.call("POST", f"/v1/environments/{name}/hibernate?wait_seconds=60")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(ASLEEP + AWAKE)))
    pid = json.loads(pathlib.Path(it.home, "run/server.json").read_text())["pid"]
    time.sleep(PEACE)
    before = cpu_seconds(pid)
    time.sleep(PEACE)
    share = (cpu_seconds(pid) - before) / PEACE * 100
    what = f"{ASLEEP} asleep and {AWAKE} awake"
    return [
        {"row": "E8", "variant": f"control plane, resident, {what}", "ours": round(resident_mib(pid), 1), "anchor": None,
         "anchor_name": "-", "ratio": None, "unit": "MiB", "reach": 120},
        {"row": "E8", "variant": f"control plane, share of a core over {PEACE} s, {what}", "ours": round(share, 2),
         "anchor": None, "anchor_name": "-", "ratio": None, "unit": "%", "reach": 1},
    ]


def main():
    count = ASLEEP + AWAKE
    ports = f"27000-{27000 + count + 50}"
    with Installation(ports=ports, ENVCTL_MAX_ENVIRONMENTS=str(count + 50)) as it:
        rows = measure(it)
    show(rows)


main()
