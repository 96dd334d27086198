"""A server that is stopped and started again on the same listening socket, over and over, under clients that never
pause: no request is lost, no answer is wrong."""
import json
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import boto3
from botocore.config import Config

from conftest import BIN

ROUNDS = 30
THREADS = 4


class Relaunched:
    """The server of an environment once more, on a socket of this test's own that outlives it."""

    def __init__(self, installation, name, directory):
        shown = installation.json("show", name)
        source = pathlib.Path(installation.home, "environments", shown["id"], "server.json")
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.configuration = directory / "server.json"
        activity = str(directory / "activity")
        self.configuration.write_text(
            json.dumps({**json.loads(source.read_text()), "port": self.port, "activity_file": activity}))
        self.configuration.chmod(0o600)

    def start(self):
        # Descriptor 3 and LISTEN_PID as systemd passes them; exec keeps the shell's process id.
        script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" serve --config "$1" 3<&%d' % self.socket.fileno()
        self.process = subprocess.Popen(
            ["bash", "-c", script, str(BIN / "extenddb-server"), str(self.configuration)],
            pass_fds=[self.socket.fileno()], stderr=subprocess.DEVNULL)

    def stop(self):
        # Before it is up a signal would end it, or the shell that becomes it, as any process: this request waits in the
        # socket's queue until it is.
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=30).close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0

    def close(self):
        """Whatever state it is in: clients that wait are refused at once."""
        self.socket.close()
        self.process.kill()
        self.process.wait()


def test_no_request_is_lost_while_servers_come_and_go(installation, environment, tmp_path):
    server = Relaunched(installation, environment, tmp_path)
    server.start()
    variables = json.loads(installation.run("env", environment, "--format", "json").stdout)
    stop, errors, written, retries = threading.Event(), [], [], []

    def client():
        session = boto3.Session(
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"], region_name=variables["AWS_REGION"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"])
        return session.client(
            "dynamodb", endpoint_url=f"http://127.0.0.1:{server.port}",
            config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))

    def work(number):
        dynamodb = client()
        count = 0
        while not stop.is_set():
            count += 1
            key = {"pk": {"S": f"RESTART#{number}"}, "sk": {"S": str(count)}}
            try:
                put = dynamodb.put_item(TableName="shop", Item={**key, "n": {"N": str(count)}})
                got = dynamodb.get_item(TableName="shop", Key=key)
                if got["Item"]["n"]["N"] != str(count):
                    errors.append(f"thread {number}, item {count}: {got}")
                retries.extend(answer["ResponseMetadata"]["RetryAttempts"] for answer in (put, got))
            except Exception as error:
                errors.append(f"thread {number}, item {count}: {error!r}")
        written.append(count)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for worker in workers:
        worker.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(0.1)  # requests of every age are under way
            server.stop()
            server.start()
    except BaseException:
        # Nobody will start it again: clients must not wait for that in the socket's queue.
        server.close()
        raise
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert errors == []
    dynamodb = client()
    assert sum(written) > ROUNDS, "the clients hardly got through"
    stored = sum(
        page["Count"] for number in range(THREADS) for page in dynamodb.get_paginator("query").paginate(
            TableName="shop", KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": f"RESTART#{number}"}}, Select="COUNT"))
    assert stored == sum(written)
    print(f"{len(retries)} requests over {ROUNDS} restarts, {sum(retries)} retried by the SDK")
    server.stop()
    server.close()
