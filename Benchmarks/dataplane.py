"""Figures of the bundled server: D1 to D7, beside pgbench running the same statement on the same table.

wrk sends requests that were signed ahead, over loopback, items of 1 KiB, signatures verified, every commit durable. `ratio` is
to the anchor, rates in operations (for batches and transactions in items) a second. Run it through `Scripts/bench dataplane`.
"""
import random
import shutil
import statistics
import tempfile

import boto3

from harness import Installation, show
from load import Endpoint, PGBench, wrk

ITEMS, PARTITIONS, ROWS = 20_000, 1_000, 20
SIGNED = 5_000
CONNECTIONS = (16, 64)
FILLER = "x" * 980


def key(number):
    return {"pk": {"S": f"k{number:08d}"}}


def item(number, counter=0):
    return {**key(number), "n": {"N": str(counter)}, "data": {"S": FILLER}}


def fill(client):
    client.create_table(
        TableName="items", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    client.create_table(
        TableName="ranges", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"},
                              {"AttributeName": "sk", "AttributeType": "N"}])
    rows = [("items", item(number)) for number in range(ITEMS)]
    rows += [("ranges", {"pk": {"S": f"p{part:06d}"}, "sk": {"N": str(row)}, "data": {"S": FILLER}})
             for part in range(PARTITIONS) for row in range(ROWS)]
    for start in range(0, len(rows), 25):
        batch = {}
        for table, made in rows[start:start + 25]:
            batch.setdefault(table, []).append({"PutRequest": {"Item": made}})
        if client.batch_write_item(RequestItems=batch)["UnprocessedItems"]:
            raise SystemExit("items were left out")


class Bench:
    def __init__(self, it, folder):
        handed = it.json("clone", "prod-snapshot", "bench", "--ttl", "2h")
        credentials = handed["credentials"]
        self.folder = folder
        self.endpoint = Endpoint(credentials["endpoint"], credentials["region"], credentials["access_key_id"],
                                 credentials["secret_access_key"])
        fill(boto3.client(
            "dynamodb", endpoint_url=credentials["endpoint"], region_name=credentials["region"],
            aws_access_key_id=credentials["access_key_id"], aws_secret_access_key=credentials["secret_access_key"]))
        database = handed["environment"]["database"]
        self.pgbench = PGBench(it, database, folder)
        ids, _ = it.psql("SELECT table_name || ' \"_ddb_' || table_id || '\"' FROM tables;\n", database)
        self.relations = dict(line.split() for line in ids)
        it.psql("VACUUM ANALYZE;\nCHECKPOINT;\n", database)
        self.random = random.Random(7)

    def numbers(self, count=1):
        return self.random.sample(range(ITEMS), count)

    def ours(self, operation, make, connections):
        return wrk(self.endpoint, operation, [make() for _ in range(SIGNED)], connections, self.folder)

    # ---- the same statements, by pgbench

    def one(self, then):
        return f"\\set n random(0, {ITEMS - 1})\n" + then.format(
            table=self.relations["items"], key="'k' || lpad((:n)::text, 8, '0')", data=self.stored())

    @staticmethod
    def stored():
        return '{{"n": {{"N": "1"}}, "pk": {{"S": "k00000000"}}, "data": {{"S": "{}"}}}}'.format(FILLER)

    def select(self):
        return self.one("SELECT item_data FROM {table} WHERE pk = {key};\n")

    def upsert(self):
        return self.one("INSERT INTO {table} (pk, item_data) VALUES ({key}, '{data}') "
                        "ON CONFLICT (pk) DO UPDATE SET item_data = EXCLUDED.item_data;\n")

    def modify(self):
        return self.one("WITH old AS (SELECT pk, item_data FROM {table} WHERE pk = {key} FOR UPDATE) "
                        "UPDATE {table} t SET item_data = '{data}' FROM old WHERE t.pk = old.pk "
                        "AND old.item_data->'n'->>'N' IS NOT NULL;\n")

    def range(self):
        return (f"\\set n random(0, {PARTITIONS - 1})\nSELECT item_data FROM {self.relations['ranges']} "
                "WHERE pk = 'p' || lpad((:n)::text, 6, '0') AND sk_n >= 5 ORDER BY sk_n LIMIT 10;\n")

    # ---- rows

    def row(self, name, variant, ours, anchor, anchor_name, reach, unit="1/s"):
        return {"row": name, "variant": variant, "ours": round(ours, 2 if unit == "ms" else 0),
                "anchor": round(anchor, 2 if unit == "ms" else 0), "anchor_name": anchor_name,
                "ratio": round(ours / anchor, 2), "unit": unit, "reach": reach}

    def single(self, name, what, operation, make, script, reach):
        for connections in CONNECTIONS:
            anchor = self.pgbench.run(script, connections)
            ours = self.ours(operation, make, connections)
            yield self.row(name, f"{what}, c{connections}, p50 {ours['p50']:.2f} p99 {ours['p99']:.2f} ms", ours["rate"],
                           anchor["rate"], "pgbench", f"{reach} x")

    def many(self, name, what, operation, make, each, base, reach):
        ours = self.ours(operation, make, CONNECTIONS[0])
        return self.row(name, f"{what}, c{CONNECTIONS[0]}, items", ours["rate"] * each, base, "ours, one item a request",
                        f"{reach} x")

    def get(self):
        return {"TableName": "items", "Key": key(*self.numbers())}

    def put(self):
        return {"TableName": "items", "Item": item(*self.numbers(), self.random.randrange(1000))}

    def update(self):
        return {"TableName": "items", "Key": key(*self.numbers()), "UpdateExpression": "SET n = n + :one",
                "ConditionExpression": "attribute_exists(pk) AND n >= :zero",
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":zero": {"N": "0"}}}

    def query(self):
        return {"TableName": "ranges", "KeyConditionExpression": "pk = :p AND sk >= :s", "Limit": 10,
                "ExpressionAttributeValues": {":p": {"S": f"p{self.random.randrange(PARTITIONS):06d}"}, ":s": {"N": "5"}}}

    def batch_write(self):
        return {"RequestItems": {"items": [{"PutRequest": {"Item": item(number)}} for number in self.numbers(25)]}}

    def batch_get(self):
        return {"RequestItems": {"items": {"Keys": [key(number) for number in self.numbers(100)]}}}

    def transact(self):
        return {"TransactItems": [{"Put": {"TableName": "items", "Item": item(number)}} for number in self.numbers(10)]}

    def rows(self):
        gets = list(self.single("D1", "GetItem", "GetItem", self.get, self.select(), 0.35))
        puts = list(self.single("D2", "PutItem", "PutItem", self.put, self.upsert(), 0.8))
        yield from gets + puts
        yield from self.single("D3", "UpdateItem with a condition", "UpdateItem", self.update, self.modify(), 0.45)
        yield from self.single("D4", "Query of 10 items", "Query", self.query, self.range(), 0.4)
        yield self.many("D5", "BatchWriteItem of 25", "BatchWriteItem", self.batch_write, 25, puts[0]["ours"], 8)
        yield self.many("D5", "BatchGetItem of 100", "BatchGetItem", self.batch_get, 100, gets[0]["ours"], 15)
        yield self.many("D6", "TransactWriteItems of 10", "TransactWriteItems", self.transact, 10, puts[0]["ours"], 3)
        anchor = statistics.median(self.pgbench.run(self.select(), 1)["mean"] for _ in range(3))
        ours = statistics.median(self.ours("GetItem", self.get, 1)["p50"] for _ in range(3))
        yield self.row("D7", "GetItem, one connection, p50", ours, anchor, "pgbench, mean", "2.5 x", "ms")


def main():
    folder = tempfile.mkdtemp(prefix="envctl-bench-load-")
    try:
        with Installation(ports="25500-25509", ENVCTL_IDLE="0s") as it:
            rows = list(Bench(it, folder).rows())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(rows)


main()
