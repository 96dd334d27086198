"""Streams and time to live through boto3: what a consumer of a stream does, against a real clone."""
import json
import time

import boto3
import pytest
from botocore.config import Config


@pytest.fixture(scope="module")
def streams(installation, environment):
    """A client of the Streams API that knows nothing but the variables of `envctl env`."""
    v = json.loads(installation.run("env", environment, "--format", "json").stdout)
    return boto3.client(
        "dynamodbstreams", endpoint_url=v["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"], region_name=v["AWS_REGION"],
        aws_access_key_id=v["AWS_ACCESS_KEY_ID"], aws_secret_access_key=v["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"max_attempts": 1}))


def make(dynamodb, name, view="NEW_AND_OLD_IMAGES"):
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]


def read(streams, arn):
    """Every record from the beginning, shard by shard."""
    records = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return records


def test_a_consumer_sees_what_was_written(dynamodb, streams):
    arn = make(dynamodb, "streamed")
    dynamodb.put_item(TableName="streamed", Item={"pk": {"S": "a"}, "blob": {"B": b"\x00\xff"}})
    dynamodb.update_item(
        TableName="streamed", Key={"pk": {"S": "a"}}, UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}})
    dynamodb.delete_item(TableName="streamed", Key={"pk": {"S": "a"}})
    records = read(streams, arn)
    assert [r["eventName"] for r in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert records[0]["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "blob": {"B": b"\x00\xff"}}
    assert records[1]["dynamodb"]["NewImage"]["n"] == {"N": "1"}
    assert records[2]["dynamodb"]["OldImage"] == records[1]["dynamodb"]["NewImage"]
    assert all(r["awsRegion"] == dynamodb.meta.region_name for r in records)
    assert records[0]["dynamodb"]["ApproximateCreationDateTime"].timestamp() == pytest.approx(time.time(), abs=60)


def test_streams_are_listed_page_by_page(dynamodb, streams):
    arns = [make(dynamodb, f"listed-{n}", "KEYS_ONLY") for n in range(3)]
    seen, start = [], {}
    while True:
        page = streams.list_streams(Limit=1, **start)
        seen += [s["StreamArn"] for s in page["Streams"]]
        if "LastEvaluatedStreamArn" not in page:
            break
        start = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert set(arns) <= set(seen) and len(seen) == len(set(seen))


def test_errors_are_the_ones_of_the_model(dynamodb, streams):
    arn = make(dynamodb, "failing")
    with pytest.raises(streams.exceptions.ResourceNotFoundException):
        streams.describe_stream(StreamArn=arn + "0")
    with pytest.raises(streams.exceptions.ResourceNotFoundException):
        streams.get_shard_iterator(
            StreamArn=arn, ShardId="shardId-00000000000000000000-00000000", ShardIteratorType="LATEST")


def test_an_expired_item_is_removed_by_the_service(dynamodb, streams):
    arn = make(dynamodb, "expiring")
    dynamodb.update_time_to_live(
        TableName="expiring", TimeToLiveSpecification={"AttributeName": "until", "Enabled": True})
    dynamodb.put_item(TableName="expiring", Item={"pk": {"S": "a"}, "until": {"N": str(int(time.time()) + 1)}})
    deadline = time.monotonic() + 30
    while "Item" in dynamodb.get_item(TableName="expiring", Key={"pk": {"S": "a"}}):
        assert time.monotonic() < deadline, "the item is still there"
        time.sleep(0.1)
    # The last writer's lock goes a moment after what it wrote can be seen, and its record is read after that.
    while len(records := read(streams, arn)) < 2:
        assert time.monotonic() < deadline, "the removal is not in the stream"
        time.sleep(0.1)
    removal = records[-1]
    assert removal["eventName"] == "REMOVE"
    assert removal["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
