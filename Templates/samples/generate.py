#!/usr/bin/env python3
"""Writes the sample data set: an online shop in single-table design, as a DynamoDB export to S3.

The result is a pure function of --items and --seed: the same call writes the same bytes. Only the standard library
is used. `shop/` beside this file was written by

    python3 generate.py --items 5000 --out shop

The folder holds `table-definition.json` (what `aws dynamodb describe-table` prints) and one full export in
DYNAMODB_JSON: `AWSDynamoDB/<export id>/{manifest-summary.json, manifest-files.json, data/*.json.gz}` with the
checksum files that DynamoDB writes beside the manifests.

Access patterns (table `shop`, keys `pk` and `sk`):

    customer            pk = CUSTOMER#<id>    sk = PROFILE
    order of a customer pk = CUSTOMER#<id>    sk = ORDER#<time>#<id>
    line of an order    pk = ORDER#<id>       sk = LINE#<nnn>
    product             pk = PRODUCT#<sku>    sk = DETAILS
    review of a product pk = PRODUCT#<sku>    sk = REVIEW#<customer>

    GSI `by-email`      email                               -> customers (sparse, KEYS_ONLY)
    GSI `by-status`     status, placedAt (a number)         -> orders by state and time (INCLUDE total, customer)
    GSI `by-category`   category, price (a number)          -> products by price (ALL)
    LSI `by-total`      pk, total (a number)                -> a customer's orders by value (ALL)
"""
import argparse
import base64
import gzip
import hashlib
import json
import os
import random
import shutil

ACCOUNT = "123456789012"
REGION = "eu-west-1"
TABLE = "shop"
EXPORT_ID = "01767225600000-5e9a3c71"
EPOCH = 1_735_689_600  # 2025-01-01T00:00:00Z
YEAR = 31_536_000

FIRST = "Ada Alan Barbara Chidi Dagny Edsger Fatima Grace Hedy Ines Jürgen Katherine Lê Miloš Nadia Olu Pilar Søren Tove Yuki 张伟 さくら Zoë".split()
LAST = "Lovelace Turing Liskov Okafor Lindqvist Dijkstra Zahra Hopper Lamarr Ferreira Müller Johnson Minh Novák Petrova Adeyemi Gómez Kierkegaard Jansson Tanaka 王 鈴木 O'Brien".split()
CITIES = [("Dublin", "IE"), ("Berlin", "DE"), ("Kraków", "PL"), ("São Paulo", "BR"), ("Osaka", "JP"), ("Nairobi", "KE"), ("Toronto", "CA"), ("Malmö", "SE")]
CATEGORIES = ["audio", "books", "garden", "kitchen", "outdoor", "toys", "office"]
ADJECTIVES = "Quiet Folding Solar Cast-iron Wireless Hand-made Waterproof Compact Vintage Modular Recycled Everyday".split()
NOUNS = "Lamp Kettle Backpack Headphones Planter Notebook Tent Speaker Skillet Puzzle Chair Thermos".split()
STATES = ["PLACED", "PAID", "PACKED", "SHIPPED", "DELIVERED", "RETURNED"]
WORDS = ("the of and to in that is was for it with as his on be at by this had not are but from or have an they which "
         "one you were all her she there would their we him been has when who will no more if out so up said what its "
         "sturdy bright cosy gentle honest durable light careful simple clever warm crisp").split()


def s(value):
    return {"S": value}


def n(value):
    return {"N": str(value)}


def b(value):
    return {"B": base64.b64encode(value).decode()}


def prose(rng, size):
    """About `size` bytes of compressible English-looking text."""
    out, length = [], 0
    while length < size:
        word = rng.choice(WORDS)
        out.append(word)
        length += len(word) + 1
    return " ".join(out)[:size]


def money(rng, low, high):
    return f"{rng.randrange(low * 100, high * 100) / 100:.2f}".rstrip("0").rstrip(".")


def customer(rng, number):
    first, last = rng.choice(FIRST), rng.choice(LAST)
    city, country = rng.choice(CITIES)
    item = {
        "pk": s(f"CUSTOMER#{number:06d}"),
        "sk": s("PROFILE"),
        "type": s("customer"),
        "name": s(f"{first} {last}"),
        "email": s(f"customer{number}@example.com"),
        "verified": {"BOOL": rng.random() < 0.8},
        "joinedAt": n(EPOCH - rng.randrange(YEAR)),
        "address": {"M": {"city": s(city), "country": s(country), "lines": {"L": [s(f"{rng.randrange(1, 200)} Long Lane"), {"NULL": True}]}}},
        "interests": {"SS": sorted(rng.sample(CATEGORIES, rng.randrange(1, 4)))},
    }
    if rng.random() < 0.3:
        item["phone"] = {"NULL": True}
    if rng.random() < 0.4:
        item["luckyNumbers"] = {"NS": [str(v) for v in sorted(rng.sample(range(-50, 100), 3))]}
    if rng.random() < 0.2:
        item["deviceKeys"] = {"BS": [base64.b64encode(rng.randbytes(16)).decode() for _ in range(2)]}
    if rng.random() < 0.1:
        del item["email"]  # guests: absent from the sparse index
    return item


def order(rng, owner, number):
    placed = EPOCH + rng.randrange(YEAR)
    lines = rng.randrange(1, 6)
    total = money(rng, 5, 900)
    head = {
        "pk": s(f"CUSTOMER#{owner:06d}"),
        "sk": s(f"ORDER#{placed}#{number:07d}"),
        "type": s("order"),
        "orderId": s(f"{number:07d}"),
        "status": s(rng.choice(STATES)),
        "placedAt": n(placed),
        "total": n(total),
        "currency": s("EUR"),
        "gift": {"BOOL": rng.random() < 0.1},
        "history": {"L": [{"M": {"state": s(state), "at": n(placed + 3600 * i)}} for i, state in enumerate(STATES[: rng.randrange(1, 5)])]},
        "expiresAt": n(placed + 3 * YEAR),
    }
    if rng.random() < 0.3:
        head["note"] = s(prose(rng, rng.randrange(20, 2_000)))
    yield head
    for line in range(1, lines + 1):
        yield {
            "pk": s(f"ORDER#{number:07d}"),
            "sk": s(f"LINE#{line:03d}"),
            "type": s("line"),
            "sku": s(f"SKU-{rng.randrange(1, 400):05d}"),
            "quantity": n(rng.randrange(1, 9)),
            "unitPrice": n(money(rng, 1, 200)),
        }


def product(rng, number, large):
    size = rng.randrange(20_000, 97_000) if large else rng.randrange(80, 1_500)
    item = {
        "pk": s(f"PRODUCT#SKU-{number:05d}"),
        "sk": s("DETAILS"),
        "type": s("product"),
        "title": s(f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"),
        "category": s(rng.choice(CATEGORIES)),
        "price": n(money(rng, 1, 400)),
        "stock": n(rng.randrange(0, 5_000)),
        "weightKg": n(f"{rng.randrange(1, 40_000) / 1000:.3f}".rstrip("0").rstrip(".")),
        "precise": n("0." + "".join(rng.choice("0123456789") for _ in range(36)) + "7"),
        "thumbnail": b(rng.randbytes(rng.randrange(64, 512))),
        "description": s(prose(rng, size)),
        "tags": {"SS": sorted({rng.choice(WORDS) for _ in range(4)})},
        "dimensions": {"M": {"mm": {"L": [n(rng.randrange(10, 2_000)) for _ in range(3)]}, "boxed": {"BOOL": True}}},
    }
    return item


def review(rng, number, author):
    return {
        "pk": s(f"PRODUCT#SKU-{number:05d}"),
        "sk": s(f"REVIEW#CUSTOMER#{author:06d}"),
        "type": s("review"),
        "stars": n(rng.randrange(1, 6)),
        "text": s(prose(rng, rng.randrange(10, 800)) if rng.random() < 0.9 else ""),
    }


def items(count, seed):
    """Exactly `count` items, each with a key of its own."""
    rng = random.Random(seed)
    customers = max(1, count // 8)
    products = max(1, count // 12)
    made = 0
    for number in range(1, customers + 1):
        if made >= count:
            return
        yield customer(rng, number)
        made += 1
    for number in range(1, products + 1):
        if made >= count:
            return
        yield product(rng, number, large=number % 14 == 0)
        made += 1
    seen, number = set(), 0
    while made < count:
        if rng.random() < 0.2:
            key = (rng.randrange(1, products + 1), rng.randrange(1, customers + 1))
            if key not in seen:
                seen.add(key)
                yield review(rng, *key)
                made += 1
            continue
        number += 1
        for item in order(rng, rng.randrange(1, customers + 1), number):
            if made >= count:
                return
            yield item
            made += 1


def table_definition(count, size):
    def index(name, keys, projection):
        return {
            "IndexName": name,
            "KeySchema": [{"AttributeName": a, "KeyType": k} for a, k in keys],
            "Projection": projection,
            "IndexArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}/index/{name}",
        }

    def global_index(name, keys, projection):
        return {
            **index(name, keys, projection),
            "IndexStatus": "ACTIVE",
            "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
            "IndexSizeBytes": 0,
            "ItemCount": 0,
        }

    types = {"pk": "S", "sk": "S", "email": "S", "status": "S", "placedAt": "N", "category": "S", "price": "N", "total": "N"}
    return {"Table": {
        "AttributeDefinitions": [{"AttributeName": a, "AttributeType": t} for a, t in sorted(types.items())],
        "TableName": TABLE,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "TableStatus": "ACTIVE",
        "CreationDateTime": "2025-01-01T00:00:00.000000+00:00",
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "TableSizeBytes": size,
        "ItemCount": count,
        "TableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}",
        "TableId": "8d4a5d0e-7a3b-4c55-9a36-0c6f6b3b2f11",
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": "2025-01-01T00:00:00.000000+00:00"},
        "LocalSecondaryIndexes": [{**index("by-total", [("pk", "HASH"), ("total", "RANGE")], {"ProjectionType": "ALL"}), "IndexSizeBytes": 0, "ItemCount": 0}],
        "GlobalSecondaryIndexes": [
            global_index("by-email", [("email", "HASH")], {"ProjectionType": "KEYS_ONLY"}),
            global_index("by-status", [("status", "HASH"), ("placedAt", "RANGE")], {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total", "orderId"]}),
            global_index("by-category", [("category", "HASH"), ("price", "RANGE")], {"ProjectionType": "ALL"}),
        ],
        "DeletionProtectionEnabled": False,
    }}


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return base64.b64encode(hashlib.md5(data).digest()).decode(), hashlib.md5(data).hexdigest()


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main():
    parser = argparse.ArgumentParser(description="Write the sample shop as a DynamoDB export.")
    parser.add_argument("--items", type=int, default=5_000, help="how many items (default 5000)")
    parser.add_argument("--seed", type=int, default=20_250_101, help="seed of the generator")
    parser.add_argument("--files", type=int, default=4, help="how many data files (default 4)")
    parser.add_argument("--out", required=True, help="folder to write; what an earlier run wrote there is replaced")
    options = parser.parse_args()
    if options.items < 1 or options.files < 1:
        parser.error("--items and --files must be at least 1")

    prefix = f"AWSDynamoDB/{EXPORT_ID}"
    root = os.path.join(options.out, prefix)
    shutil.rmtree(os.path.join(options.out, "AWSDynamoDB"), ignore_errors=True)
    os.makedirs(os.path.join(root, "data"))

    shards = [[] for _ in range(options.files)]
    size = 0
    for item in items(options.items, options.seed):
        line = compact({"Item": item})
        size += len(line)
        # DynamoDB spreads an export by partition: items of one key stay together, files are of unequal size.
        shard = int(hashlib.md5(item["pk"]["S"].encode()).hexdigest(), 16) % options.files
        shards[shard].append(line)

    manifest_files, billed = [], 0
    for number, lines in enumerate(shards):
        data = gzip.compress(("\n".join(lines) + "\n" if lines else "").encode(), mtime=0)
        name = hashlib.md5(f"{EXPORT_ID}/{number}".encode()).hexdigest()[:26]
        checksum, hexadecimal = write(os.path.join(root, "data", f"{name}.json.gz"), data)
        billed += len(data)
        manifest_files.append(compact({
            "itemCount": len(lines), "md5Checksum": checksum, "etag": f"{hexadecimal}-1",
            "dataFileS3Key": f"{prefix}/data/{name}.json.gz",
        }))
    checksum, _ = write(os.path.join(root, "manifest-files.json"), ("\n".join(manifest_files) + "\n").encode())
    write(os.path.join(root, "manifest-files.md5"), checksum.encode())
    summary = {
        "version": "2020-06-30",
        "exportArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}/export/{EXPORT_ID}",
        "startTime": "2026-01-01T00:00:00.000Z",
        "endTime": "2026-01-01T00:04:12.000Z",
        "tableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}",
        "tableId": "8d4a5d0e-7a3b-4c55-9a36-0c6f6b3b2f11",
        "exportTime": "2026-01-01T00:00:00.000Z",
        "s3Bucket": "shop-exports",
        "s3Prefix": None,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"{prefix}/manifest-files.json",
        "billedSizeBytes": size,
        "itemCount": options.items,
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }
    checksum, _ = write(os.path.join(root, "manifest-summary.json"), compact(summary).encode())
    write(os.path.join(root, "manifest-summary.md5"), checksum.encode())
    write(os.path.join(root, "_started"), b"")
    definition = json.dumps(table_definition(options.items, size), indent=4) + "\n"
    write(os.path.join(options.out, "table-definition.json"), definition.encode())


if __name__ == "__main__":
    main()
