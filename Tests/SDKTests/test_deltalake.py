"""Delta Lake's writers for S3, which agree by conditional writes of DynamoDB on who makes the next version: the AWS SDK for Rust
inside a program that others wrote. S3 is moto's."""
import concurrent.futures
import json
import socket
import subprocess
import sys
import time

import boto3
import pytest
from arro3.core import Array, DataType, Table
from deltalake import DeltaTable, write_deltalake

WRITERS = 4
WRITES = 3


@pytest.fixture
def s3():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    moto = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < deadline and moto.poll() is None, "moto does not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        moto.kill()
        moto.wait()


def test_writers_at_the_same_time(installation, environment, dynamodb, s3):
    v = json.loads(installation.run("env", environment, "--format", "json").stdout)
    dynamodb.create_table(
        TableName="delta_log", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "tablePath", "KeyType": "HASH"}, {"AttributeName": "fileName", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("tablePath", "fileName")])
    keys = {name: v[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")}
    boto3.client(
        "s3", endpoint_url=s3, region_name=v["AWS_REGION"], aws_access_key_id=v["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=v["AWS_SECRET_ACCESS_KEY"]
    ).create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": v["AWS_REGION"]})
    options = {
        **keys, "AWS_ENDPOINT_URL": s3, "AWS_ENDPOINT_URL_DYNAMODB": v["AWS_ENDPOINT_URL_DYNAMODB"],
        "AWS_ALLOW_HTTP": "true", "AWS_S3_LOCKING_PROVIDER": "dynamodb", "DELTA_DYNAMO_TABLE_NAME": "delta_log"}

    def write(number):
        rows = Table.from_pydict({"n": Array([number], type=DataType.int64())})
        write_deltalake("s3://lake/table", rows, mode="append", storage_options=options)

    def writer(number):
        for n in range(WRITES):
            write(number * WRITES + n)

    write(-1)
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(writer, range(WRITERS)))
    versions = WRITERS * WRITES + 1
    table = DeltaTable("s3://lake/table", storage_options=options)
    assert table.version() == versions - 1
    assert len(table.file_uris()) == versions
    entries = [
        item for page in dynamodb.get_paginator("query").paginate(
            TableName="delta_log", KeyConditionExpression="tablePath = :t",
            ExpressionAttributeValues={":t": {"S": "s3://lake/table"}}) for item in page["Items"]]
    assert [entry["fileName"]["S"] for entry in entries] == [f"{n:020}.json" for n in range(versions)]
    assert {entry["complete"]["S"] for entry in entries} == {"true"}
    assert len({entry["tempPath"]["S"] for entry in entries}) == versions
