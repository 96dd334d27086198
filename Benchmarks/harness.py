"""What the benchmarks share: an installation of the release build, calls of its API, and how figures are shown."""
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
BIN = pathlib.Path(os.environ["ENVCTL_BENCH_BIN"])


class Installation:
    def __init__(self, ports="25000-25099", **settings):
        self.binary = BIN / "envctl"
        self.home = tempfile.mkdtemp(prefix="envctl-bench-")
        os.chmod(self.home, 0o755)
        self.environ = {**os.environ, "ENVCTL_HOME": self.home, "ENVCTL_LISTEN": "127.0.0.1:0", "ENVCTL_PORTS": ports,
                        "ENVCTL_POOL_SIZE": "0", **settings}

    def envctl(self, *arguments):
        done = subprocess.run([BIN / "envctl", *arguments], env=self.environ, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"envctl {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.envctl(*arguments, "--output", "json"))

    def psql(self, sql, database="postgres"):
        """Runs statements as the administrator; returns their output and what each took by psql's own clock, in ms."""
        run = pathlib.Path(self.home, "run")
        environ = {**os.environ, "PGPASSWORD": (run / "postgres.password").read_text().strip()}
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", (run / "postgres.port").read_text().strip(),
             "-U", "envctl", "-d", database, "-v", "ON_ERROR_STOP=1"],
            input="\\timing on\n" + sql, env=environ, capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        times = [float(line.split()[1]) for line in lines if line.startswith("Time:")]
        return [line for line in lines if line and not line.startswith("Time:")], times

    def __enter__(self):
        """Starts it with the sample shop as `prod-snapshot`."""
        self.envctl("up")
        self.envctl("snapshot", "import", "prod-snapshot", "--from-export", str(ROOT / "Templates/samples/shop"))
        return self

    def __exit__(self, *_):
        subprocess.run([BIN / "envctl", "down"], env=self.environ, capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)


class API:
    """The control plane's API on one kept-alive connection a thread: what a program pays for a call, without a command's
    start."""

    def __init__(self, it):
        run = pathlib.Path(it.home, "run")
        self.address = urllib.parse.urlsplit(json.loads((run / "server.json").read_text())["url"])
        self.headers = {"Authorization": "Bearer " + (run / "token").read_text().strip(),
                        "Content-Type": "application/json"}
        self.threads = threading.local()

    def call(self, method, path, body=None):
        if not hasattr(self.threads, "connection"):
            self.threads.connection = http.client.HTTPConnection(
                self.address.hostname, self.address.port, timeout=120)
        connection = self.threads.connection
        connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {data.decode()}")
        return json.loads(data)


def show(rows):
    """A table on standard error, JSON on standard output."""
    def text(value):
        return "-" if value is None else value
    print(f"{'row':4} {'ours':>9} {'reach':>9} {'anchor':>9} {'unit':5} what", file=sys.stderr)
    for row in sorted(rows, key=lambda row: row["row"]):
        print(f"{row['row']:4} {row['ours']:>9} {text(row['reach']):>9} {text(row['anchor']):>9} {row['unit']:5} "
              f"{row['anchor_name']}; {row['variant']}", file=sys.stderr)
    print(json.dumps({"rows": rows}))
