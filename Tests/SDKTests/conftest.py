"""A control plane of this test run's own, the sample shop as a snapshot, and a clone for each module: real binaries,
real PostgreSQL, real SDKs."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import uuid

import boto3
import pytest
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ENVCTL_TEST_BIN", ROOT / ".build/debug"))


class Installation:
    """Runs `envctl` on a state directory of its own."""

    def __init__(self, home):
        self.home = home
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ENVCTL_"))},
            "ENVCTL_HOME": home,
            "ENVCTL_LISTEN": "127.0.0.1:0",
            "ENVCTL_PORTS": "23000-23099",
            "ENVCTL_POOL_SIZE": "0",
            "ENVCTL_GRACE": "0s",
            "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}",
        }

    def run(self, *arguments, check=True, timeout=120):
        done = subprocess.run(
            [str(BIN / "envctl"), *arguments], env=self.environ, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"envctl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--output", "json").stdout)

    def clone(self, name, ttl="1h"):
        return self.json("clone", "prod-snapshot", name, "--ttl", ttl)

    def client(self, name, **options):
        """A boto3 client that knows nothing but the variables of `envctl env`."""
        v = json.loads(self.run("env", name, "--format", "json").stdout)
        session = boto3.Session(
            aws_access_key_id=v["AWS_ACCESS_KEY_ID"], aws_secret_access_key=v["AWS_SECRET_ACCESS_KEY"],
            region_name=v["AWS_REGION"])
        return session.client(
            "dynamodb", endpoint_url=v["AWS_ENDPOINT_URL_DYNAMODB"],
            config=Config(retries={"max_attempts": 1}, **options))


@pytest.fixture(scope="session")
def installation():
    home = tempfile.mkdtemp(prefix="envctl-sdk-")
    os.chmod(home, 0o755)
    it = Installation(home)
    try:
        it.run("up")
        it.run("snapshot", "import", "prod-snapshot", "--from-export", str(ROOT / "Templates/samples/shop"))
        yield it
    finally:
        it.run("down", check=False)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def environment(installation):
    """The name of a clone of this module's own."""
    name = f"sdk-{uuid.uuid4().hex[:8]}"
    installation.clone(name)
    yield name
    installation.run("delete", name)


@pytest.fixture(scope="module")
def dynamodb(installation, environment):
    return installation.client(environment)
