"""What must be true of each environment, from what its user was told.

One name is used by one thread at a time. An answer that did not come (the control plane was killed under the command)
leaves the outcome open: the name rests until the end of the round, and what happened is then read from the records."""
import random
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TABLE = "shop"
KEYS = 60
# Exit codes of envctl that say for certain that nothing was done.
REFUSED = {2, 3, 4, 5, 7}


class Environment:
    def __init__(self, name):
        self.name = name
        self.forget()
        self.is_open = False
        self.client_of = None

    def forget(self):
        """Nothing of this name exists."""
        self.id = None
        self.incarnation = 1
        self.credentials = None
        self.voided()

    def voided(self):
        """Its data are the snapshot's."""
        self.acknowledged = {}  # key → the value of the newest write that was answered
        self.possible = {}  # key → values of writes that were not answered
        self.counter = 0

    # ---- the data

    def client(self):
        c = self.credentials
        mark = (c["endpoint"], c["access_key_id"])
        if self.client_of is None or self.client_of[0] != mark:
            session = boto3.Session(
                aws_access_key_id=c["access_key_id"], aws_secret_access_key=c["secret_access_key"],
                region_name=c["region"])
            self.client_of = mark, session.client(
                "dynamodb", endpoint_url=c["endpoint"],
                config=Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 6, "mode": "standard"}))
        return self.client_of[1]

    def key(self, number):
        return {"pk": {"S": "CHAOS"}, "sk": {"S": f"{number:03}"}}

    def write(self, number):
        self.counter += 1
        value = self.counter
        try:
            self.client().put_item(TableName=TABLE, Item={**self.key(number), "v": {"N": str(value)}})
        except (BotoCoreError, ClientError):
            self.possible.setdefault(number, set()).add(value)
            raise
        self.acknowledged[number] = value

    def allowed(self, number):
        """The values that a read may return; None stands for no item."""
        acknowledged = self.acknowledged.get(number)
        return {acknowledged} | {v for v in self.possible.get(number, ()) if acknowledged is None or v > acknowledged}

    def judge(self, number, item):
        """What is wrong with an item that was read; None when nothing is."""
        value = int(item["v"]["N"]) if item else None
        if value in self.allowed(number):
            return None
        return (f"{self.name} ({self.id}, copy {self.incarnation}): key {number} holds {value}, "
                f"which must be one of {sorted(self.allowed(number), key=str)}")

    def read(self, number):
        answer = self.client().get_item(TableName=TABLE, Key=self.key(number), ConsistentRead=True)
        return self.judge(number, answer.get("Item"))

    def audit(self):
        """Every key; yields what is wrong."""
        items, start = {}, {}
        while True:
            page = self.client().query(
                TableName=TABLE, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "CHAOS"}},
                ConsistentRead=True, **start)
            items.update({int(item["sk"]["S"]): item for item in page["Items"]})
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        for number in range(KEYS):
            wrong = self.judge(number, items.get(number))
            if wrong:
                yield wrong


class Counts:
    """How often what was done, with which outcome."""

    def __init__(self):
        self.lock, self.all = threading.Lock(), {}

    def add(self, kind, outcome="done", by=1):
        with self.lock:
            outcomes = self.all.setdefault(kind, {})
            outcomes[outcome] = outcomes.get(outcome, 0) + by

    def lines(self):
        for kind in sorted(self.all):
            yield f"  {kind:16} " + ", ".join(f"{n} {outcome}" for outcome, n in sorted(self.all[kind].items()))


def refreshes(seed, number):
    """Whether the snapshot gets its next generation in a round."""
    return random.Random(f"{seed}/{number}/refresh").random() < 0.15


def plan(seed, number, names, commands, failpoints):
    """What is done in a round: for each of some names a list of steps, and one fault. It depends on nothing but its
    arguments, so that a seed says everything."""
    rng = random.Random(f"{seed}/{number}")
    weights = {
        "clone": 7, "write": 12, "read": 8, "delete": 3, "show": 1, "extend": 2, "exec": 2, "logs": 1, "events": 1,
        "hibernate": 3, "wake": 2, "reset": 3, "protect": 1, "unprotect": 2, "restore": 2, "shorten": 1, "together": 1}
    needs = {"write": "clone", "read": "clone", "shorten": "extend", "together": "clone"}
    kinds = [kind for kind in weights if needs.get(kind, kind) in commands]
    steps = {}
    for name in rng.sample(names, rng.randint(2, len(names))):
        chosen = rng.choices(kinds, [weights[kind] for kind in kinds], k=rng.randint(1, 4))
        if rng.random() < 0.6:
            chosen[0] = "clone"
        steps[name] = [(kind, rng.random()) for kind in chosen]
    faults = {
        "none": 30, "kill-control": 20, "failpoint": 18, "kill-server": 15, "kill-postgres": 6, "kill-backend": 5,
        "restart-control": 4, "pause-control": 3, "kill-all": 3}
    fault = rng.choices(list(faults), list(faults.values()))[0]
    return steps, (fault, rng.uniform(0, 1.5), rng.choice(failpoints), rng.random())
