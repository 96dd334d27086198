"""aiodynamo, an asynchronous client that others wrote: its own signatures, requests and expressions, many at a time."""
import asyncio
import json
import time

import httpx
import pytest
from aiodynamo.client import Client, URL
from aiodynamo.credentials import Key, StaticCredentials
from aiodynamo.errors import ConditionalCheckFailed, ItemNotFound, TableNotFound, TransactionCanceled, ValidationException
from aiodynamo.expressions import F, HashKey, RangeKey
from aiodynamo.http.httpx import HTTPX
from aiodynamo.models import (
    BatchGetRequest, BatchWriteRequest, GlobalSecondaryIndex, KeySchema, KeySpec, KeyType, LocalSecondaryIndex, PayPerRequest,
    Projection, ProjectionType, ReturnValues, StaticDelayRetry, StreamSpecification, StreamViewType)
from aiodynamo.operations import ConditionCheck, Delete, Get, Put, Update
from aiodynamo.types import AttributeType

KEYS = KeySchema(KeySpec("user", KeyType.string), KeySpec("n", KeyType.number))
EVERYTHING = Projection(ProjectionType.all)


@pytest.fixture(scope="module")
def run(installation, environment):
    """Runs a test's coroutine with a client, and with a table that is its own."""
    v = json.loads(installation.run("env", environment, "--format", "json").stdout)
    names = iter(range(100))

    def run(body):
        async def main():
            async with httpx.AsyncClient() as http:
                client = Client(
                    HTTPX(http), StaticCredentials(Key(v["AWS_ACCESS_KEY_ID"], v["AWS_SECRET_ACCESS_KEY"])),
                    v["AWS_REGION"], URL(v["AWS_ENDPOINT_URL_DYNAMODB"]))
                table = client.table(f"async-{next(names)}")
                await table.create(
                    PayPerRequest(), KEYS, wait_for_active=StaticDelayRetry(delay=0.1, time_limit_secs=20),
                    gsis=[GlobalSecondaryIndex(
                        "by-kind", KeySchema(KeySpec("kind", KeyType.string), KeySpec("n", KeyType.number)), EVERYTHING, None)],
                    lsis=[LocalSecondaryIndex(
                        "by-size", KeySchema(KeySpec("user", KeyType.string), KeySpec("size", KeyType.number)), EVERYTHING)],
                    stream=StreamSpecification(True, StreamViewType.keys_only))
                await body(client, table)
                await table.delete(wait_for_disabled=StaticDelayRetry(delay=0.1, time_limit_secs=20))
                assert not await table.exists()
        asyncio.run(main())

    return run


async def fill(client, table, count=60):
    items = [{"user": "ann", "n": n, "kind": "even" if n % 2 == 0 else "odd", "size": count - n} for n in range(count)]
    for first in range(0, count, 25):
        assert await client.batch_write({table.name: BatchWriteRequest(items_to_put=items[first:first + 25])}) == {}
    return items


def test_items_of_every_type(run):
    async def body(client, table):
        item = {
            "user": "ann", "n": 1, "text": "é😀", "empty": "", "yes": True, "no": None, "bytes": b"\0\xff", "none": [],
            "list": [1, "two", {"three": [3.5]}], "map": {}, "strings": {"a", "b"}, "numbers": {1.0, 2.5}, "blobs": {b"x", b"y"}}
        await table.put_item(item)
        assert await table.get_item({"user": "ann", "n": 1}, consistent_read=True) == item
        found = await table.get_item({"user": "ann", "n": 1}, projection=F("list", 2, "three") & F("text"))
        assert found == {"list": [{"three": [3.5]}], "text": "é😀"}
        with pytest.raises(ItemNotFound):
            await table.get_item({"user": "ann", "n": 2})
        with pytest.raises(ValidationException, match="does not match the schema"):
            await table.get_item({"user": "ann"})
        with pytest.raises(TableNotFound):
            await client.table("missing").get_item({"user": "ann"})
    run(body)


def test_conditions(run):
    async def body(client, table):
        key = {"user": "ann", "n": 1}
        await table.put_item({**key, "list": [1, 2], "name": "abc"}, condition=F("user").does_not_exist())
        for wrong in (
                F("user").does_not_exist(), F("name").begins_with("b"), F("name").contains("x"), F("list", 0).gt(1),
                F("name").is_in(["x", "y"]), F("list").size().equals(3), F("list").attribute_type(AttributeType.string),
                ~(F("name").exists() & (F("list", 1).between(2, 3) | F("name").equals("no")))):
            with pytest.raises(ConditionalCheckFailed):
                await table.put_item(key, condition=wrong)
        old = await table.delete_item(
            key, return_values=ReturnValues.all_old, condition=F("name").contains("b") & F("list").contains(2))
        assert old == {**key, "list": [1, 2], "name": "abc"}
    run(body)


def test_updates(run):
    async def body(client, table):
        key = {"user": "ann", "n": 1}

        async def update(expression, **options):
            return await table.update_item(key, expression, return_values=ReturnValues.all_new, **options)

        assert await update(F("hits").add(1) & F("tags").add({"a", "b"}) & F("name").set_if_not_exists("new")) == {
            **key, "hits": 1, "tags": {"a", "b"}, "name": "new"}
        assert await update(F("hits").change(-3) & F("tags").delete({"a"}) & F("name").remove() & F("list").set(["x"])) == {
            **key, "hits": -2, "tags": {"b"}, "list": ["x"]}
        assert await update(F("list").append(["y"]) & F("map").set({"a": {"b": 1}})) == {
            **key, "hits": -2, "tags": {"b"}, "list": ["x", "y"], "map": {"a": {"b": 1}}}
        after = await update(F("list", 0).remove() & F("map", "a", "b").change(1), condition=F("hits").lt(0))
        assert (after["list"], after["map"]) == (["y"], {"a": {"b": 2}})
    run(body)


def test_queries_and_scans(run):
    async def body(client, table):
        items = await fill(client, table)
        assert [item async for item in table.query(HashKey("user", "ann"), limit=7)] == items[:7]
        assert [item async for item in table.query(HashKey("user", "ann") & RangeKey("n").between(10, 20))] == items[10:21]
        page = await table.query_single_page(HashKey("user", "ann"), limit=25, scan_forward=False)
        assert page.items == items[:34:-1] and page.last_evaluated_key == {"user": "ann", "n": 35}
        assert [
            item async for item in table.query(HashKey("kind", "odd") & RangeKey("n").gt(50), index="by-kind")
        ] == items[51::2]
        assert [
            item async for item in table.query(
                HashKey("user", "ann") & RangeKey("size").lte(3), index="by-size", filter_expression=F("n").not_equals(58),
                consistent_read=True)
        ] == [items[59], items[57]]
        assert await table.count(HashKey("kind", "even"), index="by-kind", filter_expression=F("size").gte(31)) == 15
        assert await table.scan_count(filter_expression=F("n").lt(12)) == 12
        assert sorted([item["n"] async for item in table.scan(projection=F("n"))]) == list(range(60))
    run(body)


def test_many_requests_at_once(run):
    async def body(client, table):
        async def hit(number):
            await table.update_item({"user": "shared", "n": number % 3}, F("hits").add(1))

        await asyncio.gather(*(hit(number) for number in range(90)))
        found = await client.batch_get({table.name: BatchGetRequest([{"user": "shared", "n": n} for n in range(4)])})
        assert sorted(item["hits"] for item in found.items[table.name]) == [30, 30, 30]
        assert found.unprocessed_keys == {}
    run(body)


def test_transactions(run):
    async def body(client, table):
        key = lambda n: {"user": "tx", "n": n}  # noqa: E731
        await client.transact_write_items([Put(table.name, {**key(1), "v": 1}), Put(table.name, {**key(2), "v": 2})])
        with pytest.raises(TransactionCanceled) as cancelled:
            await client.transact_write_items([
                Update(table.name, key(1), F("v").add(1)), Delete(table.name, key(2), condition=F("v").equals(3)),
                ConditionCheck(table.name, key(3), F("v").does_not_exist())])
        reasons = cancelled.value.cancellation_reasons
        assert [reason and reason.code for reason in reasons] == [None, "ConditionalCheckFailed", None]
        for _ in range(2):
            await client.transact_write_items([Update(table.name, key(1), F("v").add(1))], request_token="once")
        assert await client.transact_get_items([Get(table.name, key(2)), Get(table.name, key(1))]) == [
            {**key(2), "v": 2}, {**key(1), "v": 2}]
    run(body)


def test_expiry(run):
    async def body(client, table):
        await table.time_to_live.enable("expires", wait_for_enabled=True)
        assert (await table.time_to_live.describe()).attribute == "expires"
        await table.put_item({"user": "old", "n": 1, "expires": int(time.time())})
        await table.put_item({"user": "old", "n": 2, "expires": int(time.time()) + 900})
        deadline = time.monotonic() + 60
        while await table.count(HashKey("user", "old")) > 1:
            assert time.monotonic() < deadline, "the item does not expire"
        assert (await table.get_item({"user": "old", "n": 2}))["n"] == 2
    run(body)
