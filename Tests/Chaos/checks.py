"""Compares everything that exists with the records, and the records with what users were told."""
import re

from botocore.exceptions import BotoCoreError, ClientError

SETTLED = {"ready", "hibernated", "failed", "deleted"}

RECORDS = """
    SELECT id, name, phase, reason, incarnation, oldest_incarnation, port, server_pid, has_storage, pooled, attempts,
        ready_at IS NOT NULL AS was_ready, extract(epoch FROM expires_at - clock_timestamp()) AS time_left,
        extract(epoch FROM grace_ends_at - clock_timestamp()) AS grace_left,
        protected_by IS NOT NULL AND coalesce(protected_until > clock_timestamp(), true) AS protected,
        lease_owner IS NOT NULL AS claimed
    FROM environments WHERE phase <> 'deleted'"""


def unsettled(records):
    """The records that are still moving, or about to."""
    return [
        f"{r['name']} ({r['id']}) is {r['phase']}" + (f", try {r['attempts']}: {r['reason']}" if r["reason"] else "")
        for r in records
        if is_moving(r)]


def is_moving(record):
    if record["phase"] == "expiring":
        return record["grace_left"] is None or record["grace_left"] < 15
    if record["oldest_incarnation"] < record["incarnation"] and record["phase"] != "failed":
        return True  # what a reset replaced is still to be dropped
    ended = record["time_left"] <= 0 and not record["protected"] and not record["pooled"]
    return record["phase"] not in SETTLED or ended


def inventory(machine):
    """What is leaked or missing: databases, roles, processes, ports, directories, rows."""
    records = machine.rows(RECORDS)
    found = []
    by_id = {r["id"]: r for r in records}

    wanted = {name for r in records if r["has_storage"] for name in databases(r)}
    wanted |= {f"envctl_s_{g['snapshot_id']}_g{g['number']}" for g in machine.rows(
        "SELECT snapshot_id, number FROM generations WHERE state IN ('importing', 'ready')")}
    found += generations(machine)
    existing = {r["datname"] for r in machine.rows("SELECT datname FROM pg_database WHERE datname LIKE 'envctl\\_%'")}
    found += [f"database {name} belongs to no record" for name in existing - wanted]
    found += [f"database {name} is missing" for name in wanted - existing]

    wanted = {f"envctl_r_{r['id']}" for r in records if r["has_storage"]}
    existing = {r["rolname"] for r in machine.rows(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'envctl\\_r\\_%'")}
    found += [f"role {name} belongs to no record" for name in existing - wanted]
    found += [f"role {name} is missing" for name in wanted - existing]

    servers = machine.servers()
    for id, pids in servers.items():
        record = by_id.get(id)
        if record is None:
            found.append(f"server {pids} of environment {id} belongs to no record")
        elif record["phase"] != "ready":
            found.append(f"server {pids} runs for {record['name']} ({id}), which is {record['phase']}")
        elif len(pids) > 1:
            found.append(f"{len(pids)} servers run for {record['name']} ({id})")
        elif record["server_pid"] != pids[0]:
            found.append(f"{record['name']} ({id}) has server {pids[0]}, recorded is {record['server_pid']}")
    found += [
        f"{r['name']} ({r['id']}) is ready and has no server" for r in records
        if r["phase"] == "ready" and r["id"] not in servers]

    open_to_clients = {r["port"]: r for r in records if r["phase"] in ("ready", "hibernated")}
    listening = machine.listening()
    found += [f"port {port} is listened on and belongs to no record" for port in listening - set(open_to_clients)]
    found += [
        f"port {port} of {open_to_clients[port]['name']} ({open_to_clients[port]['phase']}) refuses connections"
        for port in set(open_to_clients) - listening]

    found += [f"directory environments/{id} belongs to no record" for id in machine.directories() - set(by_id)]
    found += [
        f"{r['name']} ({r['id']}) is {r['phase']} and has no directory" for r in records
        if r["phase"] in ("ready", "hibernated") and r["id"] not in machine.directories()]
    found += [f"{r['name']} ({r['id']}) is {r['phase']} and still claimed" for r in records if r["claimed"]]
    return found


def generations(machine):
    """Of the snapshot one can be cloned at any time, and one that nobody needs goes a minute after it was superseded."""
    ready = machine.rows("""
        SELECT number, EXISTS (
            SELECT FROM generations newer WHERE newer.snapshot_id = g.snapshot_id AND newer.number > g.number
                AND newer.state = 'ready' AND newer.ready_at < clock_timestamp() - interval '100 s')
            AND NOT EXISTS (SELECT FROM environments e WHERE e.snapshot_id = g.snapshot_id
                AND e.generation = g.number AND e.phase <> 'deleted') AS unneeded
        FROM generations g WHERE state = 'ready'""")
    found = [f"generation {g['number']} is kept, and nobody needs it" for g in ready if g["unneeded"]]
    return found if ready else found + ["no generation of the snapshot can be cloned"]


def databases(record):
    first = min(record["oldest_incarnation"], record["incarnation"])
    return [f"envctl_e_{record['id']}_g{n}" for n in range(first, record["incarnation"] + 1)]


def promises(machine, environments):
    """What users were told and is not so. Takes up what the records say where an outcome was open."""
    records = {r["name"]: r for r in machine.rows(RECORDS)}
    found = []
    for environment in environments.values():
        record = records.get(environment.name)
        was_open, environment.is_open = environment.is_open, False
        expired = environment.id is not None and has_expired(machine, environment.id)
        if record is None or record["phase"] in ("expiring", "failed") and expired:
            if environment.id is not None and not was_open and not expired:
                found.append(f"{environment.name} ({environment.id}) was handed out and is gone: {history(machine, environment.id)}")
            if record is None:
                environment.forget()
            continue
        if record["phase"] == "failed":
            found.append(f"{environment.name} ({record['id']}) failed: {record['reason']}; {history(machine, record['id'])}")
        if environment.id != record["id"]:
            if environment.id is not None and not was_open and not expired:
                found.append(f"{environment.name} was {environment.id} and is {record['id']}: {history(machine, environment.id)}")
            environment.forget()
            environment.id, environment.incarnation = record["id"], record["incarnation"]
        elif environment.incarnation != record["incarnation"]:
            if not was_open:
                found.append(f"{environment.name} ({record['id']}) has copy {record['incarnation']}, "
                             f"not {environment.incarnation}, and nobody was told")
            environment.incarnation = record["incarnation"]
            environment.voided()
        if record["phase"] not in ("ready", "hibernated"):
            continue
        wrong = list(asked(machine, environment, record))
        # Its time may have come in between.
        found += [] if wrong and has_expired(machine, record["id"]) else wrong
    return found


def asked(machine, environment, record):
    """What is wrong with an environment's answers."""
    shown = machine.run("env", environment.name, "--format", "json")
    if shown.code != 0:
        yield f"envctl env {environment.name}: exit {shown.code}: {shown.err.strip()}"
        return
    variables = shown.json()
    credentials = {
        "endpoint": variables["AWS_ENDPOINT_URL_DYNAMODB"], "region": variables["AWS_REGION"],
        "access_key_id": variables["AWS_ACCESS_KEY_ID"], "secret_access_key": variables["AWS_SECRET_ACCESS_KEY"]}
    if environment.credentials not in (None, credentials):
        yield f"{environment.name} ({record['id']}): endpoint or credentials have changed"
    environment.credentials = credentials
    try:
        yield from environment.audit()
    except (BotoCoreError, ClientError) as error:
        yield f"{environment.name} ({record['id']}, {record['phase']}) does not answer: {error}"


def has_expired(machine, id):
    """Whether its deadline is over, as recorded: whatever was told about it before, it may be gone."""
    rows = machine.rows(f"SELECT expires_at <= clock_timestamp() AS over FROM environments WHERE id = '{clean(id)}'")
    return bool(rows) and rows[0]["over"]


def history(machine, id):
    rows = machine.rows(
        f"SELECT kind, message FROM events WHERE subject_id = '{clean(id)}' ORDER BY id DESC LIMIT 8")
    return "; ".join(f"{row['kind']}: {row['message']}" for row in reversed(rows))


def sessions(machine):
    """What PostgreSQL's processes are at, for whoever looks into something that does not move."""
    rows = machine.rows("""
        SELECT pid, backend_type, datname, application_name, state, wait_event_type || ' ' || wait_event AS waits,
            date_trunc('second', clock_timestamp() - coalesce(query_start, backend_start))::text AS since,
            left(query, 120) AS query
        FROM pg_stat_activity WHERE state IS DISTINCT FROM 'idle' AND pid <> pg_backend_pid()""")
    return [" ".join(f"{key}={value}" for key, value in row.items() if value is not None) for row in rows]


def clean(id):
    return re.sub("[^a-z0-9]", "", id)
