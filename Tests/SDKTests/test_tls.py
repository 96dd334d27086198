"""A control plane that speaks TLS by its own authority: commands, boto3 and the AWS CLI over https, plain HTTP beside."""
import json
import os
import pathlib
import shutil
import stat
import tempfile

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from conftest import ROOT, Installation


@pytest.fixture(scope="module")
def secure():
    home = tempfile.mkdtemp(prefix="envctl-tls-")
    os.chmod(home, 0o755)
    it = Installation(home)
    it.environ["ENVCTL_TLS"] = "on"
    it.environ["ENVCTL_PORTS"] = "23200-23219"
    try:
        it.run("up")
        it.run("snapshot", "import", "prod-snapshot", "--from-export", str(ROOT / "Templates/samples/shop"))
        it.clone("pr-tls")
        yield it
    finally:
        it.run("down", check=False)
        shutil.rmtree(home, ignore_errors=True)


def variables(installation):
    return json.loads(installation.run("env", "pr-tls", "--format", "json").stdout)


def client(v, **options):
    session = boto3.Session(
        aws_access_key_id=v["AWS_ACCESS_KEY_ID"], aws_secret_access_key=v["AWS_SECRET_ACCESS_KEY"],
        region_name=v["AWS_REGION"])
    return session.client("dynamodb", config=Config(retries={"max_attempts": 1}), **options)


def test_commands_and_sdks_trust_what_env_names(secure):
    v = variables(secure)
    assert v["AWS_ENDPOINT_URL_DYNAMODB"].startswith("https://127.0.0.1:")
    assert v["AWS_CA_BUNDLE"] == v["NODE_EXTRA_CA_CERTS"] == f"{secure.home}/run/tls/authority.pem"
    tables = client(v, endpoint_url=v["AWS_ENDPOINT_URL_DYNAMODB"], verify=v["AWS_CA_BUNDLE"]).list_tables()
    assert tables["TableNames"]
    listed = secure.run("exec", "pr-tls", "--", "aws", "dynamodb", "list-tables", "--output", "json")
    assert json.loads(listed.stdout)["TableNames"] == tables["TableNames"]


def test_plain_http_is_answered_on_the_same_port(secure):
    v = variables(secure)
    endpoint = v["AWS_ENDPOINT_URL_DYNAMODB"].replace("https://", "http://")
    assert client(v, endpoint_url=endpoint).list_tables()["TableNames"]


def test_who_does_not_know_the_authority_refuses(secure):
    v = variables(secure)
    with pytest.raises(botocore.exceptions.SSLError):
        client(v, endpoint_url=v["AWS_ENDPOINT_URL_DYNAMODB"]).list_tables()


def test_a_remote_command_is_told_what_to_trust(secure):
    info = json.loads(pathlib.Path(secure.home, "run/server.json").read_text())
    token = secure.json("token", "create", "--owner", "qa", "--scope", "read")["token"]
    remote = Installation(tempfile.mkdtemp(prefix="envctl-remote-"))
    remote.environ |= {"ENVCTL_URL": info["url"], "ENVCTL_TOKEN": token}
    try:
        refused = remote.run("list", check=False)
        assert refused.returncode == 1 and "ENVCTL_CA_FILE" in refused.stderr
        remote.environ["ENVCTL_CA_FILE"] = info["authority"]
        assert "pr-tls" in remote.run("list").stdout
    finally:
        shutil.rmtree(remote.home, ignore_errors=True)


def test_keys_are_their_owners_alone(secure):
    for name in ("authority.key", "server.key"):
        assert stat.S_IMODE(os.stat(f"{secure.home}/run/tls/{name}").st_mode) == 0o600


def test_a_reset_and_sleep_keep_tls(secure):
    secure.run("reset", "pr-tls")
    v = variables(secure)
    reach = lambda: client(v, endpoint_url=v["AWS_ENDPOINT_URL_DYNAMODB"], verify=v["AWS_CA_BUNDLE"]).list_tables()
    assert reach()["TableNames"]
    secure.run("hibernate", "pr-tls")
    assert reach()["TableNames"]
