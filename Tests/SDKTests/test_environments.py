"""Environments are private: what is written to one is in no other, keys open one door, and the AWS CLI needs nothing
but `envctl exec`."""
import json
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError

KEY = {"pk": {"S": "ISOLATION"}, "sk": {"S": "1"}}


def test_a_write_stays_in_its_environment(installation):
    names = ["iso-1", "iso-2", "iso-3"]
    try:
        for name in names[:2]:
            installation.clone(name)
        installation.client("iso-1").put_item(TableName="shop", Item={**KEY, "in": {"S": "iso-1"}})
        installation.clone("iso-3")  # made after the write
        assert "Item" in installation.client("iso-1").get_item(TableName="shop", Key=KEY)
        assert "Item" not in installation.client("iso-2").get_item(TableName="shop", Key=KEY)
        assert "Item" not in installation.client("iso-3").get_item(TableName="shop", Key=KEY)
    finally:
        installation.run("delete", *names, check=False)


def test_a_key_opens_its_own_environment_only(installation, environment):
    installation.clone("other-door")
    try:
        own = json.loads(installation.run("env", environment, "--format", "json").stdout)
        other = json.loads(installation.run("env", "other-door", "--format", "json").stdout)
        import boto3
        stranger = boto3.client(
            "dynamodb", endpoint_url=other["AWS_ENDPOINT_URL_DYNAMODB"], region_name=own["AWS_REGION"],
            aws_access_key_id=own["AWS_ACCESS_KEY_ID"], aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"])
        with pytest.raises(ClientError) as refused:
            stranger.list_tables()
        assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"
        with pytest.raises(urllib.error.HTTPError) as unsigned:
            urllib.request.urlopen(urllib.request.Request(
                other["AWS_ENDPOINT_URL_DYNAMODB"], data=b"{}", headers={
                    "X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}))
        assert unsigned.value.code == 400
    finally:
        installation.run("delete", "other-door", check=False)


def test_the_aws_cli_through_exec(installation, environment):
    done = installation.run(
        "exec", environment, "--", "aws", "dynamodb", "scan", "--table-name", "shop", "--max-items", "3", "--output", "json")
    assert len(json.loads(done.stdout)["Items"]) == 3


def test_the_aws_cli_reports_our_errors(installation, environment):
    done = installation.run(
        "exec", environment, "--", "aws", "dynamodb", "describe-table", "--table-name", "absent", check=False)
    assert done.returncode != 0
    assert "ResourceNotFoundException" in done.stderr


def test_clone_is_idempotent_and_conflicts_are_told(installation, environment):
    again = installation.clone(environment)
    assert again["environment"]["created"] is False
    refused = installation.run("clone", "no-such-snapshot", "x-1", check=False)
    assert refused.returncode == 3 and "prod-snapshot" in refused.stderr and "hint:" in refused.stderr


def test_an_environment_goes_at_its_deadline(installation):
    handed = installation.clone("short-lived", ttl="10s")
    endpoint = handed["credentials"]["endpoint"]
    # Sooner than the sweep that comes every 30 s: it is the deadline that wakes the reaper.
    deadline = time.time() + 25
    while time.time() < deadline:
        if installation.run("show", "short-lived", check=False).returncode == 3:
            break
        time.sleep(0.3)
    else:
        pytest.fail("still there 15 s after its deadline")
    with pytest.raises(OSError):
        urllib.request.urlopen(endpoint, timeout=2)
