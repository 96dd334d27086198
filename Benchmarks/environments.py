"""Figures of environments: E3 (cold clone), E4 (reset), E5 (server start), E6 (memory of an idle server), E7 (asleep).

Prints a table and JSON. Nothing is asserted: a benchmark shows, a test decides. Run it through `Scripts/bench`, which
builds in release and gives it an installation of its own.
"""
import datetime
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import threading
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

from harness import BIN, Installation, show


def cold_clone(it, rounds=12):
    """E3: request to `ready`, beside the bare CREATE DATABASE of the same template in the same minute."""
    template = it.json("snapshot", "show", "prod-snapshot")["database"]
    ours, bare, phases = [], [], []
    for number in range(rounds):
        _, times = it.psql(f'CREATE DATABASE bare_{number} TEMPLATE "{template}";\nDROP DATABASE bare_{number};\n')
        bare.append(times[0])
        timings = it.json("clone", "prod-snapshot", f"bench-{number}", "--ttl", "1h")["environment"]["timings"]
        ours.append(timings["total_ms"])
        phases.append(timings)
        it.envctl("delete", f"bench-{number}")
    anchor = statistics.median(bare)
    median = statistics.median(ours)
    parts = ", ".join(f"{k.removesuffix('_ms')} {statistics.median(p[k] for p in phases):.0f}" for k in
                      ("cloning_ms", "sealing_ms", "starting_ms", "probing_ms"))
    size = it.psql(f"SELECT pg_database_size('{template}') / 1048576;\n")[0][0]
    return {"row": "E3", "variant": f"{size} MB snapshot, median of {rounds} ({parts} ms)", "ours": round(median, 1),
            "anchor": round(anchor, 1), "anchor_name": "bare CREATE DATABASE", "ratio": round(median / anchor, 2),
            "unit": "ms", "reach": round(2 * anchor + 100, 1)}


def signed_get_item(credentials, host, key):
    """A whole HTTP request, signed by botocore."""
    body = json.dumps({"TableName": "shop", "Key": key})
    request = botocore.awsrequest.AWSRequest(
        "POST", f"http://{host}/", data=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem"})
    botocore.auth.SigV4Auth(
        botocore.credentials.Credentials(credentials["access_key_id"], credentials["secret_access_key"]), "dynamodb",
        credentials["region"]).add_auth(request)
    lines = [f"POST / HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{k}: {v}" for k, v in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def server_start(it, handed, rounds=20):
    """E5: exec of the server to the first answer of a signed GetItem that holds the item."""
    folder = next(pathlib.Path(it.home, "environments").glob("*/server.json"))
    configuration = json.loads(folder.read_text())
    key = {"pk": {"S": "CUSTOMER#000001"}, "sk": {"S": "PROFILE"}}
    results = []
    for number in range(rounds):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        path = pathlib.Path(it.home, f"bench-{number}.json")
        path.write_text(json.dumps({**configuration, "port": port}))
        path.chmod(0o600)
        request = signed_get_item(handed["credentials"], f"127.0.0.1:{port}", key)
        begin = time.perf_counter()
        server = subprocess.Popen([BIN / "extenddb-server", "serve", "--config", path], stderr=subprocess.DEVNULL)
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                if time.perf_counter() - begin > 10:
                    sys.exit("the server does not listen")
                time.sleep(0.0005)
        connection.sendall(request)
        answer = b""
        while b'"Item"' not in answer:
            chunk = connection.recv(65536)
            if not chunk:
                sys.exit(f"no item came back: {answer[:300]}")
            answer += chunk
        results.append((time.perf_counter() - begin) * 1000)
        connection.close()
        server.terminate()
        server.wait()
    return {"row": "E5", "variant": f"median of {rounds}, worst {max(results):.0f} ms",
            "ours": round(statistics.median(results), 1), "anchor": 3000, "anchor_name": "upstream's daemon (its start waits)",
            "ratio": round(statistics.median(results) / 3000, 3), "unit": "ms", "reach": 80}


def idle_server(it, handed):
    """E6: what an awake environment costs when nobody uses it."""
    environment = handed["environment"]
    pid = environment["pid"]
    deadline = time.time() + 60
    count = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{environment['role']}';\n"
    while int(it.psql(count)[0][0]) > 0 and time.time() < deadline:
        time.sleep(0.5)
    connections = int(it.psql(count)[0][0])
    ticks = lambda: sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    before = ticks()
    time.sleep(5)
    used = ticks() - before
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    field = lambda name: next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name + ":"))
    return {"row": "E6", "variant": f"{connections} connections, {used} CPU ticks in 5 s, "
                                    f"{field('RssAnon') / 1024:.1f} MiB of it private",
            "ours": round(field("VmRSS") / 1024, 1), "anchor": None, "anchor_name": "-", "ratio": None, "unit": "MiB",
            "reach": 20}


def moments(it, name):
    """When each step of an environment was recorded, oldest first."""
    events = it.json("events", name)["items"]
    return [(datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00")), event["kind"]) for event in events]


def reset(it, handed, cold, rounds=12):
    """E4: from the request to `ready` again, by the database's clock, under a client that never pauses."""
    credentials = handed["credentials"]
    client = boto3.client(
        "dynamodb", endpoint_url=credentials["endpoint"], region_name=credentials["region"],
        aws_access_key_id=credentials["access_key_id"], aws_secret_access_key=credentials["secret_access_key"])
    key = {"pk": {"S": "CUSTOMER#000001"}, "sk": {"S": "PROFILE"}}
    stop, answers, failures, longest = threading.Event(), [], [], []

    def ask():
        while not stop.is_set():
            begin = time.perf_counter()
            try:
                answers.append("Item" in client.get_item(TableName="shop", Key=key))
            except Exception as error:  # counted: an error after the SDK's retries is what must not happen
                failures.append(repr(error))
            longest.append((time.perf_counter() - begin) * 1000)

    asking = threading.Thread(target=ask)
    asking.start()
    results = []
    for _ in range(rounds):
        it.envctl("reset", "bench")
        times = moments(it, "bench")
        asked = max(at for at, kind in times if kind == "resetting")
        # The copy that was replaced is dropped after the environment is ready; the next reset would wait for that.
        while not any(kind == "previous-dropped" and at > asked for at, kind in moments(it, "bench")):
            time.sleep(0.05)
        results.append(min((at - asked).total_seconds() * 1000 for at, kind in times if kind == "ready" and at > asked))
    stop.set()
    asking.join()
    median = statistics.median(results)
    return {"row": "E4", "variant": f"median of {rounds}, worst {max(results):.0f} ms; {len(answers)} requests meanwhile, "
                                    f"{len(failures)} failed, {answers.count(False)} wrong, slowest {max(longest):.0f} ms",
            "ours": round(median, 1), "anchor": cold["ours"], "anchor_name": "cold clone (E3)",
            "ratio": round(median / cold["ours"], 2), "unit": "ms", "reach": round(cold["ours"] + 50, 1)}


def asleep(it, handed, rounds=20):
    """E7: what a sleeping environment holds, and how long its first request takes, from connect to the item."""
    credentials, environment = handed["credentials"], handed["environment"]
    port = int(credentials["endpoint"].rsplit(":", 1)[1])
    key = {"pk": {"S": "CUSTOMER#000001"}, "sk": {"S": "PROFILE"}}
    results, processes, connections = [], 0, 0
    for _ in range(rounds):
        it.envctl("hibernate", "bench")
        processes = max(processes, sum(
            environment["id"].encode() in pathlib.Path("/proc", entry, "cmdline").read_bytes()
            for entry in os.listdir("/proc") if entry.isdigit() and pathlib.Path("/proc", entry, "cmdline").exists()))
        connections = max(connections, int(it.psql(
            f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{environment['role']}';\n")[0][0]))
        request = signed_get_item(credentials, f"127.0.0.1:{port}", key)
        begin = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request)
            answer = b""
            while b'"Item"' not in answer:
                chunk = connection.recv(65536)
                if not chunk:
                    sys.exit(f"no item came back: {answer[:300]}")
                answer += chunk
        results.append((time.perf_counter() - begin) * 1000)
        it.envctl("wait", "bench")
    return {"row": "E7", "variant": f"asleep: {processes} processes, {connections} connections; first answer, median of "
                                    f"{rounds}, worst {max(results):.0f} ms", "ours": round(statistics.median(results), 1),
            "anchor": 300, "anchor_name": "Neon (a few hundred ms)", "ratio": round(statistics.median(results) / 300, 3),
            "unit": "ms", "reach": 120}


def main():
    with Installation() as it:
        rows = [cold_clone(it)]
        handed = it.json("clone", "prod-snapshot", "bench", "--ttl", "1h")
        rows += [idle_server(it, handed), server_start(it, handed), asleep(it, handed), reset(it, handed, rows[0])]
    show(rows)


main()
