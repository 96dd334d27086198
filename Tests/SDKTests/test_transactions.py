"""Transactions through boto3, which sends a token of its own with each TransactWriteItems."""
import concurrent.futures

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

encode = TypeSerializer().serialize


def key(name):
    return {"pk": {"S": "TRANSACTION"}, "sk": {"S": name}}


def put(name, **attributes):
    return {"Put": {"TableName": "shop", "Item": {**key(name), **{k: encode(v) for k, v in attributes.items()}}}}


def read(dynamodb, *names):
    answer = dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": "shop", "Key": key(n)}} for n in names])
    return [response.get("Item") for response in answer["Responses"]]


def test_all_or_nothing(dynamodb):
    dynamodb.transact_write_items(TransactItems=[put("a", n=1), put("b", n=1)])
    assert [item["n"] for item in read(dynamodb, "a", "b")] == [{"N": "1"}] * 2
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        dynamodb.transact_write_items(TransactItems=[
            {"Update": {
                "TableName": "shop", "Key": key("a"), "UpdateExpression": "ADD n :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}}}},
            {"ConditionCheck": {
                "TableName": "shop", "Key": key("b"), "ConditionExpression": "n = :two",
                "ExpressionAttributeValues": {":two": {"N": "2"}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
            {"Delete": {"TableName": "shop", "Key": key("c")}}])
    response = cancelled.value.response
    assert response["Error"]["Message"] == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]")
    assert [reason["Code"] for reason in response["CancellationReasons"]] == ["None", "ConditionalCheckFailed", "None"]
    assert response["CancellationReasons"][1]["Item"] == {**key("b"), "n": {"N": "1"}}
    assert read(dynamodb, "a", "c") == [{**key("a"), "n": {"N": "1"}}, None]


def test_a_token_makes_it_idempotent(dynamodb):
    action = {"Update": {
        "TableName": "shop", "Key": key("counted"), "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}}}
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[action], ClientRequestToken="shop-token")
    assert read(dynamodb, "counted")[0]["n"] == {"N": "1"}
    with pytest.raises(ClientError) as refused:
        dynamodb.transact_write_items(TransactItems=[put("counted", n=7)], ClientRequestToken="shop-token")
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"
    assert read(dynamodb, "counted")[0]["n"] == {"N": "1"}


def test_money_stays_the_same_under_transfers(dynamodb):
    accounts = [f"account-{n}" for n in range(4)]
    dynamodb.transact_write_items(TransactItems=[put(name, n=100) for name in accounts])

    def transfer(number):
        source, target = accounts[number % 4], accounts[(number + 1 + number % 3) % 4]
        actions = [
            {"Update": {
                "TableName": "shop", "Key": key(name), "UpdateExpression": "ADD n :n",
                "ExpressionAttributeValues": {":n": {"N": str(amount)}}}}
            for name, amount in ((source, -number), (target, number))]
        dynamodb.transact_write_items(TransactItems=actions)
        return sum(int(item["n"]["N"]) for item in read(dynamodb, *accounts))

    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        assert set(clients.map(transfer, range(40))) == {400}
