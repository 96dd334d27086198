"""boto3's control operations against the endpoint of a real clone: waiters, paginators and error classes as SDKs have them."""
import time

import pytest
from botocore.exceptions import ClientError


def create(dynamodb, name, **more):
    dynamodb.create_table(
        TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **{"BillingMode": "PAY_PER_REQUEST", **more})
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    return dynamodb.describe_table(TableName=name)["Table"]


def indexes(dynamodb, name):
    """The indexes of a table once none of them is being made or deleted."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = dynamodb.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", [])
        if all(index["IndexStatus"] == "ACTIVE" for index in found):
            return {index["IndexName"]: index for index in found}
    raise AssertionError("the indexes are never ready")


def test_tags_and_their_paginator(dynamodb):
    arn = create(dynamodb, "tagged", Tags=[{"Key": "born", "Value": "with"}])["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": f"key{n:02}", "Value": str(n)} for n in range(30)])
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["born"])
    pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    assert [tag["Key"] for page in pages for tag in page["Tags"]] == [f"key{n:02}" for n in range(30)]
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.list_tags_of_resource(ResourceArn=arn + "x")


def test_an_index_is_added_used_and_deleted(dynamodb):
    create(dynamodb, "grows")
    for n in range(40):
        dynamodb.put_item(TableName="grows", Item={"id": {"S": str(n)}, "group": {"S": f"g{n % 4}"}, "n": {"N": str(n)}})
    answer = dynamodb.update_table(
        TableName="grows",
        AttributeDefinitions=[
            {"AttributeName": "group", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
        GlobalSecondaryIndexUpdates=[{"Create": {
            "IndexName": "by-group", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]}}])
    assert answer["TableDescription"]["TableStatus"] == "UPDATING"
    assert answer["TableDescription"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert "Backfilling" not in indexes(dynamodb, "grows")["by-group"]
    found = dynamodb.query(
        TableName="grows", IndexName="by-group", KeyConditionExpression="#g = :g", ScanIndexForward=False,
        ExpressionAttributeNames={"#g": "group"}, ExpressionAttributeValues={":g": {"S": "g1"}})["Items"]
    assert [int(item["n"]["N"]) for item in found] == list(range(37, 0, -4))
    dynamodb.update_table(TableName="grows", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-group"}}])
    assert indexes(dynamodb, "grows") == {}


def test_capacity_is_changed_back_and_forth(dynamodb):
    create(dynamodb, "capacity")
    dynamodb.update_table(
        TableName="capacity", BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 4, "WriteCapacityUnits": 2})
    table = dynamodb.describe_table(TableName="capacity")["Table"]
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 4
    with pytest.raises(ClientError) as refused:
        dynamodb.update_table(
            TableName="capacity", ProvisionedThroughput={"ReadCapacityUnits": 4, "WriteCapacityUnits": 2})
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    dynamodb.update_table(TableName="capacity", BillingMode="PAY_PER_REQUEST")
    table = dynamodb.describe_table(TableName="capacity")["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_backup_is_restored_with_its_indexes(dynamodb):
    backup = dynamodb.create_backup(TableName="shop", BackupName="before")["BackupDetails"]
    described = dynamodb.describe_backup(BackupArn=backup["BackupArn"])["BackupDescription"]
    assert described["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    assert described["SourceTableDetails"]["ItemCount"] > 0
    listed = dynamodb.get_paginator("list_backups").paginate(TableName="shop", PaginationConfig={"PageSize": 1})
    assert [b["BackupArn"] for page in listed for b in page["BackupSummaries"]] == [backup["BackupArn"]]
    dynamodb.restore_table_from_backup(TargetTableName="shop-again", BackupArn=backup["BackupArn"])
    dynamodb.get_waiter("table_exists").wait(TableName="shop-again", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    scan = lambda name, **more: sorted(
        (item["pk"]["S"], item["sk"]["S"]) for page in dynamodb.get_paginator("scan").paginate(TableName=name, **more)
        for item in page["Items"])
    assert scan("shop-again") == scan("shop")
    assert scan("shop-again", IndexName="by-email") == scan("shop", IndexName="by-email")
    assert scan("shop-again", IndexName="by-total") == scan("shop", IndexName="by-total")
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
    with pytest.raises(dynamodb.exceptions.BackupNotFoundException):
        dynamodb.describe_backup(BackupArn=backup["BackupArn"])


def test_recovery_reaches_the_present(dynamodb):
    create(dynamodb, "recovered")
    dynamodb.put_item(TableName="recovered", Item={"id": {"S": "a"}})
    with pytest.raises(dynamodb.exceptions.PointInTimeRecoveryUnavailableException):
        dynamodb.restore_table_to_point_in_time(
            SourceTableName="recovered", TargetTableName="recovered-2", UseLatestRestorableTime=True)
    status = dynamodb.update_continuous_backups(
        TableName="recovered", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    recovery = status["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED" and recovery["RecoveryPeriodInDays"] == 35
    with pytest.raises(dynamodb.exceptions.InvalidRestoreTimeException):
        dynamodb.restore_table_to_point_in_time(
            SourceTableName="recovered", TargetTableName="recovered-2", RestoreDateTime=time.time() - 3600)
    dynamodb.restore_table_to_point_in_time(
        SourceTableName="recovered", TargetTableName="recovered-2", UseLatestRestorableTime=True)
    assert dynamodb.scan(TableName="recovered-2")["Count"] == 1


def test_resource_policies(dynamodb):
    arn = create(dynamodb, "governed")["TableArn"]
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"dynamodb:GetItem",'
        f'"Resource":"{arn}"}}]}}')
    revision = dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"]
    assert dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"] == revision
    assert dynamodb.get_resource_policy(ResourceArn=arn)["Policy"] == policy
    with pytest.raises(dynamodb.exceptions.PolicyNotFoundException):
        dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy, ExpectedRevisionId="1")
    dynamodb.delete_resource_policy(ResourceArn=arn)
    with pytest.raises(dynamodb.exceptions.PolicyNotFoundException):
        dynamodb.get_resource_policy(ResourceArn=arn)


@pytest.mark.parametrize("call, arguments, code", [
    ("create_global_table", {"GlobalTableName": "shop", "ReplicationGroup": [{"RegionName": "af-south-1"}]},
     "TableNotFoundException"),
    ("describe_global_table", {"GlobalTableName": "shop"}, "GlobalTableNotFoundException"),
    ("update_global_table", {"GlobalTableName": "shop", "ReplicaUpdates": [{"Create": {"RegionName": "af-south-1"}}]},
     "GlobalTableNotFoundException"),
    ("describe_global_table_settings", {"GlobalTableName": "shop"}, "GlobalTableNotFoundException"),
    ("update_global_table_settings", {"GlobalTableName": "shop"}, "GlobalTableNotFoundException"),
    ("enable_kinesis_streaming_destination",
     {"TableName": "shop", "StreamArn": "arn:aws:kinesis:eu-central-1:123456789012:stream/x"},
     "ResourceNotFoundException"),
    ("disable_kinesis_streaming_destination",
     {"TableName": "shop", "StreamArn": "arn:aws:kinesis:eu-central-1:123456789012:stream/x"}, "ValidationException"),
    ("update_table_replica_auto_scaling",
     {"TableName": "shop", "ReplicaUpdates": [{"RegionName": "af-south-1"}]}, "ValidationException"),
])
def test_what_needs_another_service_or_region_is_refused(dynamodb, call, arguments, code):
    with pytest.raises(ClientError) as refused:
        getattr(dynamodb, call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code


def test_what_is_empty_here(dynamodb):
    assert dynamodb.list_global_tables()["GlobalTables"] == []
    assert dynamodb.describe_kinesis_streaming_destination(TableName="shop")["KinesisDataStreamDestinations"] == []
    assert dynamodb.describe_table_replica_auto_scaling(TableName="shop")["TableAutoScalingDescription"]["Replicas"] == []
    dynamodb.update_contributor_insights(TableName="shop", ContributorInsightsAction="ENABLE")
    listed = dynamodb.list_contributor_insights()["ContributorInsightsSummaries"]
    assert [(s["TableName"], s["ContributorInsightsStatus"]) for s in listed] == [("shop", "ENABLED")]
