"""Load for the data plane: requests signed ahead and sent by wrk, and the same statement sent by pgbench."""
import json
import pathlib
import re
import subprocess
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials

SECONDS = 4
HERE = pathlib.Path(__file__).resolve().parent


class Endpoint:
    """A DynamoDB endpoint and who asks it."""

    def __init__(self, url, region, key, secret):
        self.url, self.region = url.rstrip("/"), region
        self.host = self.url.split("//", 1)[1]
        self.signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), "dynamodb", region)

    def signed(self, operation, request):
        """The bytes of one HTTP request."""
        body = json.dumps(request, separators=(",", ":")).encode()
        made = botocore.awsrequest.AWSRequest("POST", self.url + "/", data=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}"})
        self.signer.add_auth(made)
        lines = ["POST / HTTP/1.1", f"Host: {self.host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in made.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def wrk(endpoint, operation, requests, connections, folder):
    """Sends the requests for some seconds; returns the rate and the latencies in ms. Any answer but 2xx ends it."""
    path = pathlib.Path(folder, f"{operation}.requests")
    with path.open("wb") as file:
        for request in requests:
            data = endpoint.signed(operation, request)
            file.write(b"%d\n" % len(data) + data)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", HERE / "signed.lua", endpoint.url, "--",
         path], capture_output=True, text=True)
    line = next((line for line in done.stdout.splitlines() if line.startswith("result ")), None)
    if line is None:
        sys.exit(f"wrk says: {done.stdout}{done.stderr}")
    result = json.loads(line.removeprefix("result "))
    if result["failed"] or not result["requests"]:
        sys.exit(f"{operation} at {endpoint.url}: {result}")
    return {"rate": result["requests"] / result["microseconds"] * 1e6, "p50": result["p50"] / 1000,
            "p99": result["p99"] / 1000}


class PGBench:
    """pgbench as the administrator of an installation, on a clone's database, over the socket that servers use."""

    def __init__(self, it, database, folder):
        run = pathlib.Path(it.home, "run")
        self.environ = {**it.environ, "PGPASSWORD": (run / "postgres.password").read_text().strip()}
        configuration = json.loads(next(pathlib.Path(it.home, "environments").glob("*/server.json")).read_text())
        address = configuration["database"]
        self.target = ["-h", address["host"], "-p", str(address.get("port", 5432)), "-U", "envctl", database]
        self.folder = folder

    def run(self, script, connections):
        """The rate, and the mean latency in ms."""
        path = pathlib.Path(self.folder, "pgbench.sql")
        path.write_text(script)
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-f", path, "-c", str(connections), "-j", "1", "-T", str(SECONDS),
             *self.target], capture_output=True, text=True, env=self.environ)
        rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.M)
        latency = re.search(r"^latency average = ([0-9.]+) ms", done.stdout, re.M)
        if done.returncode != 0 or rate is None or latency is None:
            sys.exit(f"pgbench: {done.stdout}{done.stderr}")
        return {"rate": float(rate[1]), "mean": float(latency[1])}
