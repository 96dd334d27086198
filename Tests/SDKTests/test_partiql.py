"""boto3 and the AWS CLI with PartiQL against a real clone."""
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

encode = TypeSerializer().serialize


@pytest.fixture(scope="module")
def music(dynamodb):
    dynamodb.create_table(
        TableName="Music", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "Artist", "AttributeType": "S"}, {"AttributeName": "SongTitle", "AttributeType": "S"}],
        KeySchema=[
            {"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "SongTitle", "KeyType": "RANGE"}])
    dynamodb.get_waiter("table_exists").wait(TableName="Music")
    yield dynamodb
    dynamodb.delete_table(TableName="Music")


def execute(client, statement, *values, **more):
    if values:
        more["Parameters"] = [encode(value) for value in values]
    return client.execute_statement(Statement=statement, **more)


def test_a_song_from_insert_to_delete(music):
    insert = "INSERT INTO \"Music\" VALUE {'Artist': ?, 'SongTitle': ?, 'Awards': {'Grammys': [2018]}}"
    assert execute(music, insert, "Acme Band", "PartiQL Rocks")["Items"] == []
    with pytest.raises(music.exceptions.DuplicateItemException) as refused:
        execute(music, insert, "Acme Band", "PartiQL Rocks")
    assert refused.value.response["Error"]["Message"] == "Duplicate primary key exists in table"
    key = "WHERE \"Artist\" = 'Acme Band' AND \"SongTitle\" = 'PartiQL Rocks'"
    updated = execute(
        music, f'UPDATE "Music" SET Awards.Grammys = list_append(Awards.Grammys, [2020]) {key} RETURNING ALL NEW *')
    assert updated["Items"][0]["Awards"] == {"M": {"Grammys": {"L": [{"N": "2018"}, {"N": "2020"}]}}}
    with pytest.raises(music.exceptions.ConditionalCheckFailedException):
        execute(music, f'UPDATE "Music" SET a = 1 {key} AND b = 2')
    assert execute(music, f'SELECT Awards.Grammys[1] FROM "Music" {key}')["Items"] == [{"Grammys[1]": {"N": "2020"}}]
    assert len(execute(music, f'DELETE FROM "Music" {key} RETURNING ALL OLD *')["Items"]) == 1
    assert execute(music, f'SELECT * FROM "Music" {key}')["Items"] == []


def test_pages(music):
    for number in range(7):
        execute(music, "INSERT INTO Music VALUE {'Artist': 'Pages', 'SongTitle': ?}", f"song {number}")
    found, arguments = [], {}
    while True:
        page = execute(music, "SELECT SongTitle FROM Music WHERE Artist = ?", "Pages", Limit=3, **arguments)
        found.append([item["SongTitle"]["S"] for item in page["Items"]])
        if "NextToken" not in page:
            break
        arguments = {"NextToken": page["NextToken"]}
    assert [len(titles) for titles in found] == [3, 3, 1]
    assert sum(found, []) == [f"song {number}" for number in range(7)]


def test_batch(music):
    written = music.batch_execute_statement(Statements=[
        {"Statement": "INSERT INTO Music VALUE {'Artist': 'Batch', 'SongTitle': 'one'}"},
        {"Statement": "UPDATE Music SET a = 1 WHERE Artist = 'Batch' AND SongTitle = 'nope'"}])["Responses"]
    assert written[0] == {"TableName": "Music"}
    assert written[1]["Error"]["Code"] == "ConditionalCheckFailed"
    read = music.batch_execute_statement(Statements=[
        {"Statement": "SELECT * FROM Music WHERE Artist = 'Batch' AND SongTitle = ?", "Parameters": [{"S": "one"}]}])
    assert read["Responses"][0]["Item"]["SongTitle"] == {"S": "one"}


def test_what_is_no_statement(music):
    with pytest.raises(ClientError) as refused:
        execute(music, "DROP TABLE Music")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "Statement wasn't well formed, can't be processed: Expected data manipulation" in str(refused.value)
