"""PynamoDB, a mapper that others wrote: models, indexes, conditions, updates, batches and errors."""
import datetime
import json
import time

import pytest
from pynamodb.attributes import (
    BinaryAttribute, BooleanAttribute, JSONAttribute, ListAttribute, MapAttribute, NumberAttribute, NumberSetAttribute,
    TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, QueryError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite


class ByStatus(GlobalSecondaryIndex):
    class Meta:
        index_name = "by-status"
        projection = AllProjection()

    status = UnicodeAttribute(hash_key=True)
    views = NumberAttribute(range_key=True)


class ByViews(LocalSecondaryIndex):
    class Meta:
        index_name = "by-views"
        projection = KeysOnlyProjection()

    forum = UnicodeAttribute(hash_key=True)
    views = NumberAttribute(range_key=True)


class Author(MapAttribute):
    name = UnicodeAttribute()
    age = NumberAttribute(null=True)


@pytest.fixture(scope="module")
def Thread(installation, environment):
    v = json.loads(installation.run("env", environment, "--format", "json").stdout)

    class Thread(Model):
        class Meta:
            table_name = "threads"
            host = v["AWS_ENDPOINT_URL_DYNAMODB"]
            region = v["AWS_REGION"]
            aws_access_key_id = v["AWS_ACCESS_KEY_ID"]
            aws_secret_access_key = v["AWS_SECRET_ACCESS_KEY"]
            billing_mode = "PAY_PER_REQUEST"

        forum = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        views = NumberAttribute(default=0)
        status = UnicodeAttribute(null=True)
        tags = UnicodeSetAttribute(null=True)
        scores = NumberSetAttribute(null=True)
        open = BooleanAttribute(default=True)
        blob = BinaryAttribute(null=True, legacy_encoding=False)
        extra = JSONAttribute(null=True)
        replies = ListAttribute(null=True)
        author = Author(null=True)
        at = UTCDateTimeAttribute(null=True)
        by_status = ByStatus()
        by_views = ByViews()

    Thread.create_table(wait=True)
    yield Thread
    Thread.delete_table()


@pytest.fixture(autouse=True)
def empty(Thread):
    yield
    with Thread.batch_write() as batch:
        for thread in Thread.scan():
            batch.delete(thread)


def test_a_table_is_made_as_the_model_says(Thread):
    assert Thread.exists()
    described = Thread.describe_table()
    assert {i["IndexName"] for i in described["GlobalSecondaryIndexes"]} == {"by-status"}
    assert {i["IndexName"] for i in described["LocalSecondaryIndexes"]} == {"by-views"}


def test_every_type_comes_back_as_it_was(Thread):
    at = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)
    values = dict(
        views=7, status="new", tags={"a", "b"}, scores={1, 2.5}, open=False, blob=b"\0\xff", extra={"x": [1, None, "é"]},
        replies=["r", 2, {"k": True}], at=at)
    thread = Thread("f", "s", author=Author(name="ann", age=30), **values)
    thread.save()
    back = Thread.get("f", "s", consistent_read=True)
    assert {name: getattr(back, name) for name in values} == values
    assert (back.author.name, back.author.age) == ("ann", 30)


def test_what_is_not_there(Thread):
    with pytest.raises(DoesNotExist):
        Thread.get("f", "none")


def test_conditions_of_saves(Thread):
    Thread("f", "s", views=1).save(condition=Thread.forum.does_not_exist())
    with pytest.raises(PutError) as error:
        Thread("f", "s", views=2).save(condition=Thread.forum.does_not_exist())
    assert error.value.cause_response_code == "ConditionalCheckFailedException"
    Thread("f", "s", views=3, tags={"x"}).save(condition=(Thread.views == 1) & Thread.tags.does_not_exist())
    Thread("f", "s", views=4).save(condition=Thread.tags.contains("x") | (Thread.views > 100))
    assert Thread.get("f", "s").views == 4


def test_updates(Thread):
    thread = Thread("f", "s", views=1, tags={"a"}, replies=["one"], author=Author(name="ann"))
    thread.save()
    thread.update(actions=[
        Thread.views.set(Thread.views + 4), Thread.replies.set(Thread.replies.append(["two"])),
        Thread.tags.add({"b"}), Thread.status.set("done"), Thread.author.name.set("bob")])
    assert (thread.views, thread.replies, thread.tags, thread.status) == (5, ["one", "two"], {"a", "b"}, "done")
    thread.update(actions=[Thread.tags.delete({"a"}), Thread.status.remove(), Thread.replies[0].remove()])
    back = Thread.get("f", "s")
    assert (back.tags, back.status, back.replies, back.author.name) == ({"b"}, None, ["two"], "bob")
    thread.update(actions=[Thread.extra.set(Thread.extra | {"made": 1})])
    assert Thread.get("f", "s").extra == {"made": 1}
    with pytest.raises(UpdateError) as error:
        thread.update(actions=[Thread.views.set(0)], condition=Thread.views < 5)
    assert error.value.cause_response_code == "ConditionalCheckFailedException"


def test_deletes(Thread):
    thread = Thread("f", "s", views=1)
    thread.save()
    with pytest.raises(DeleteError):
        thread.delete(condition=Thread.views == 2)
    thread.delete(condition=Thread.views == 1)
    assert Thread.count("f") == 0


def filled(Thread):
    with Thread.batch_write() as batch:
        for n in range(60):  # more than a batch holds
            batch.save(Thread("f", f"s{n:02}", views=n, status="even" if n % 2 == 0 else "odd"))


def test_queries(Thread):
    filled(Thread)
    assert [t.views for t in Thread.query("f")] == list(range(60))
    assert [t.views for t in Thread.query("f", scan_index_forward=False, limit=3)] == [59, 58, 57]
    assert [t.views for t in Thread.query("f", Thread.subject < "s03")] == [0, 1, 2]
    assert [t.views for t in Thread.query("f", Thread.subject.between("s10", "s12"))] == [10, 11, 12]
    assert [t.views for t in Thread.query("f", Thread.subject.startswith("s5"))] == list(range(50, 60))
    assert [t.views for t in Thread.query("f", filter_condition=Thread.views.is_in(3, 5))] == [3, 5]
    assert [t.views for t in Thread.query("f", page_size=7)] == list(range(60))
    assert Thread.count("f", filter_condition=Thread.status == "odd") == 30
    first = Thread.query("f", limit=10)
    assert len(list(first)) == 10
    assert [t.views for t in Thread.query("f", limit=2, last_evaluated_key=first.last_evaluated_key)] == [10, 11]


def test_indexes(Thread):
    filled(Thread)
    assert [t.views for t in Thread.by_status.query("odd", Thread.views > 55)] == [57, 59]
    assert [t.subject for t in Thread.by_views.query("f", Thread.views < 2)] == ["s00", "s01"]
    assert Thread.by_status.count("even") == 30
    with pytest.raises(QueryError) as error:
        list(Thread.by_status.query("odd", consistent_read=True))
    assert "Consistent reads are not supported on global secondary indexes" in str(error.value)


def test_scans(Thread):
    filled(Thread)
    assert sorted(t.views for t in Thread.scan()) == list(range(60))
    assert sorted(t.views for t in Thread.scan(Thread.views >= 55, page_size=9)) == [55, 56, 57, 58, 59]
    parts = [[t.views for t in Thread.scan(segment=n, total_segments=4)] for n in range(4)]
    assert sorted(v for part in parts for v in part) == list(range(60))


def test_batches_of_gets(Thread):
    filled(Thread)
    keys = [("f", f"s{n:02}") for n in range(60)] + [("f", "none")]
    assert sorted(t.views for t in Thread.batch_get(keys)) == list(range(60))
    assert {t.status for t in Thread.batch_get(keys[:2], attributes_to_get=["status"])} == {"even", "odd"}


def test_versions(installation, Thread):
    class Versioned(Model):
        class Meta(Thread.Meta):
            pass

        forum = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        version = VersionAttribute()
        note = UnicodeAttribute(null=True)

    one = Versioned("v", "s", note="a")
    one.save()
    other = Versioned.get("v", "s")
    one.note = "b"
    one.save()
    other.note = "c"
    with pytest.raises(PutError) as error:
        other.save()
    assert error.value.cause_response_code == "ConditionalCheckFailedException"
    other.refresh()
    assert (other.version, other.note) == (2, "b")


def test_transactions(Thread):
    connection = Connection(
        region=Thread.Meta.region, host=Thread.Meta.host, aws_access_key_id=Thread.Meta.aws_access_key_id,
        aws_secret_access_key=Thread.Meta.aws_secret_access_key)
    for _ in range(2):  # the same one
        with TransactWrite(connection=connection, client_request_token="pynamodb") as transaction:
            transaction.save(Thread("tx", "a", views=1), condition=Thread.forum.does_not_exist())
            transaction.save(Thread("tx", "b", views=2))
    with TransactGet(connection=connection) as transaction:
        a, b = transaction.get(Thread, "tx", "a"), transaction.get(Thread, "tx", "b")
    assert [a.get().views, b.get().views] == [1, 2]
    with pytest.raises(TransactWriteError) as error:
        with TransactWrite(connection=connection) as transaction:
            transaction.update(a.get(), actions=[Thread.views.add(1)])
            transaction.condition_check(Thread, "tx", "b", condition=Thread.views > 5)
    assert error.value.cause_response_code == "TransactionCanceledException"
    # PynamoDB sends checks before updates.
    assert [reason and reason.code for reason in error.value.cancellation_reasons] == ["ConditionalCheckFailed", None]
    assert Thread.get("tx", "a").views == 1


def test_items_that_expire(Thread):
    class Expiring(Model):
        class Meta(Thread.Meta):
            table_name = "expiring"

        key = UnicodeAttribute(hash_key=True)
        until = TTLAttribute(null=True)

    Expiring.create_table(wait=True)  # enables the expiry too
    Expiring("gone", until=datetime.timedelta(seconds=-1)).save()
    Expiring("stays", until=datetime.timedelta(minutes=5)).save()
    deadline = time.monotonic() + 60
    while Expiring.count() > 1:
        assert time.monotonic() < deadline, "the item does not expire"
    assert [item.key for item in Expiring.scan()] == ["stays"]
    Expiring.delete_table()
