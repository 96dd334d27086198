"""boto3 against the endpoint of a real clone: the sample data are all there, and what applications do works."""
import decimal
import gzip
import json
import pathlib

import pytest
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

SHOP = pathlib.Path(__file__).resolve().parents[2] / "Templates/samples/shop"


def exported():
    """What the export holds, by key, in boto3's Python types, so that sets compare as sets."""
    decode = TypeDeserializer().deserialize
    found = {}
    for file in SHOP.glob("AWSDynamoDB/*/data/*.json.gz"):
        for line in gzip.open(file, "rt", encoding="utf-8"):
            item = json.loads(line, parse_float=decimal.Decimal)["Item"]
            for value in item.values():  # the export writes binary as base64 text
                if "B" in value:
                    value["B"] = __import__("base64").b64decode(value["B"])
                if "BS" in value:
                    value["BS"] = [__import__("base64").b64decode(part) for part in value["BS"]]
            found[(item["pk"]["S"], item["sk"]["S"])] = {k: decode(v) for k, v in item.items()}
    return found


def pages(call, key="Items", **arguments):
    while True:
        page = call(**arguments)
        yield from page[key]
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def test_the_clone_holds_every_item_of_the_export(dynamodb):
    decode = TypeDeserializer().deserialize
    seen = {}
    for item in pages(dynamodb.scan, TableName="shop"):
        seen[(item["pk"]["S"], item["sk"]["S"])] = {k: decode(v) for k, v in item.items()}
    assert seen == exported()


def test_describe_table_says_what_the_definition_said(dynamodb):
    table = dynamodb.describe_table(TableName="shop")["Table"]
    wanted = json.loads((SHOP / "table-definition.json").read_text())["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["TableArn"] == wanted["TableArn"]
    assert table["ItemCount"] == 5000
    assert table["KeySchema"] == wanted["KeySchema"]
    by_name = lambda indexes: sorted((i["IndexName"], str(i["KeySchema"]), i["Projection"]["ProjectionType"]) for i in indexes)
    assert by_name(table["GlobalSecondaryIndexes"]) == by_name(wanted["GlobalSecondaryIndexes"])
    assert by_name(table["LocalSecondaryIndexes"]) == by_name(wanted["LocalSecondaryIndexes"])


def test_a_global_index_answers_in_order(dynamodb):
    wanted = sorted(i["placedAt"] for i in exported().values() if i.get("status") == "SHIPPED")
    items = pages(
        dynamodb.query, TableName="shop", IndexName="by-status", KeyConditionExpression="#s = :s", Limit=17,
        ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": "SHIPPED"}})
    assert [decimal.Decimal(i["placedAt"]["N"]) for i in items] == wanted


def test_a_local_index_answers_backwards(dynamodb):
    owner = max((i for i in exported().values() if i["type"] == "order"), key=lambda i: i["total"])["pk"]
    wanted = sorted((i["total"] for i in exported().values() if i["pk"] == owner and "total" in i), reverse=True)
    items = pages(
        dynamodb.query, TableName="shop", IndexName="by-total", KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": owner}}, ScanIndexForward=False, Limit=2)
    assert [decimal.Decimal(i["total"]["N"]) for i in items] == wanted


def test_a_sparse_index_leaves_out_who_has_no_email(dynamodb):
    wanted = sum(1 for i in exported().values() if "email" in i)
    assert sum(p["Count"] for p in [dynamodb.scan(TableName="shop", IndexName="by-email", Select="COUNT")]) == wanted


def test_parallel_scan_covers_everything_once(dynamodb):
    keys = [
        (i["pk"]["S"], i["sk"]["S"])
        for segment in range(4)
        for i in pages(dynamodb.scan, TableName="shop", Segment=segment, TotalSegments=4, ProjectionExpression="pk, sk")]
    assert len(keys) == len(set(keys)) == 5000


def test_a_conditional_update_counts(dynamodb):
    key = {"pk": {"S": "PRODUCT#SKU-00001"}, "sk": {"S": "DETAILS"}}
    before = dynamodb.get_item(TableName="shop", Key=key, ConsistentRead=True)["Item"]
    answer = dynamodb.update_item(
        TableName="shop", Key=key, UpdateExpression="SET stock = stock + :one ADD tags :tag REMOVE thumbnail",
        ConditionExpression="stock = :now AND attribute_exists(pk)", ReturnValues="ALL_NEW",
        ExpressionAttributeValues={":one": {"N": "1"}, ":now": before["stock"], ":tag": {"SS": ["counted"]}})
    assert int(answer["Attributes"]["stock"]["N"]) == int(before["stock"]["N"]) + 1
    assert "counted" in answer["Attributes"]["tags"]["SS"] and "thumbnail" not in answer["Attributes"]
    with pytest.raises(ClientError) as refused:
        dynamodb.update_item(
            TableName="shop", Key=key, UpdateExpression="SET stock = :z", ConditionExpression="stock = :now",
            ExpressionAttributeValues={":z": {"N": "0"}, ":now": before["stock"]},
            ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refused.value.response["Item"] == answer["Attributes"]


def test_batches(dynamodb):
    keys = [{"pk": {"S": "BATCH"}, "sk": {"S": f"{n:03d}"}} for n in range(25)]
    dynamodb.batch_write_item(RequestItems={"shop": [{"PutRequest": {"Item": {**k, "n": {"N": "1"}}}} for k in keys]})
    read = dynamodb.batch_get_item(RequestItems={"shop": {"Keys": keys, "ConsistentRead": True}})
    assert len(read["Responses"]["shop"]) == 25 and read["UnprocessedKeys"] == {}
    dynamodb.batch_write_item(RequestItems={"shop": [{"DeleteRequest": {"Key": k}} for k in keys]})
    assert dynamodb.query(
        TableName="shop", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "BATCH"}})["Count"] == 0


def test_a_table_comes_and_goes(dynamodb):
    dynamodb.create_table(
        TableName="scratch", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "B"}], BillingMode="PAY_PER_REQUEST")
    dynamodb.get_waiter("table_exists").wait(TableName="scratch", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    dynamodb.put_item(TableName="scratch", Item={"id": {"B": b"\x00\xff"}, "doc": {"M": {"list": {"L": [{"NULL": True}]}}}})
    assert dynamodb.get_item(TableName="scratch", Key={"id": {"B": b"\x00\xff"}})["Item"]["doc"]["M"]["list"]["L"] == [{"NULL": True}]
    dynamodb.update_time_to_live(TableName="scratch", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    status = dynamodb.describe_time_to_live(TableName="scratch")["TimeToLiveDescription"]
    assert status == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    dynamodb.delete_table(TableName="scratch")
    dynamodb.get_waiter("table_not_exists").wait(TableName="scratch", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    assert "scratch" not in dynamodb.list_tables()["TableNames"]


def test_paginators_work_unchanged(dynamodb):
    paginator = dynamodb.get_paginator("query")
    pages_seen = paginator.paginate(
        TableName="shop", IndexName="by-category", KeyConditionExpression="category = :c",
        ExpressionAttributeValues={":c": {"S": "audio"}}, PaginationConfig={"PageSize": 5})
    prices = [decimal.Decimal(i["price"]["N"]) for page in pages_seen for i in page["Items"]]
    assert prices == sorted(i["price"] for i in exported().values() if i.get("category") == "audio")


@pytest.mark.parametrize("call, arguments, code", [
    ("get_item", {"TableName": "absent", "Key": {"pk": {"S": "x"}}}, "ResourceNotFoundException"),
    ("get_item", {"TableName": "shop", "Key": {"pk": {"S": "x"}}}, "ValidationException"),
    ("put_item", {"TableName": "shop", "Item": {"pk": {"S": "x"}}}, "ValidationException"),
    ("query", {"TableName": "shop", "IndexName": "absent", "KeyConditionExpression": "pk = :p",
               "ExpressionAttributeValues": {":p": {"S": "x"}}}, "ValidationException"),
    ("create_table", {"TableName": "shop", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                      "BillingMode": "PAY_PER_REQUEST"}, "ResourceInUseException"),
])
def test_errors_are_the_ones_that_sdks_know(dynamodb, call, arguments, code):
    with pytest.raises(ClientError) as refused:
        getattr(dynamodb, call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
