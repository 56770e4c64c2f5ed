"""Message records: how fast sendward-jobd brings what the milter noted in its
journal into the store. The journal is written beforehand, as the milter writes
it: messages of two recipients with their header and a tag, of many accounts in
turns. The clock runs from jobd's start until the folder is empty. Beside it, what
the database does of a bare loop: it tells how fast the machine is."""

import json
import os
import random
import sqlite3
import sys
import time

from .procs import BenchError, Measure
from .sendward import Sendward

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "lib"))
from postgres import Server  # noqa: E402

ACCOUNTS = 1000
PART = 8000  # lines of a file: what the milter puts into one
BAR = 20000
BARE_BATCH = 32
POSTGRESQL = "shared_buffers = 256MB\nmax_wal_size = 2GB"
# BAR of what a machine makes of the bare loop that has 33,000 and 40,000.
BARE_PART = {"SQLite": 0.6, "PostgreSQL": 0.5}

HEADERS = (
    ("Received", "from app%d.shop.example (app%d.shop.example [192.0.2.%d])\n"
     "\tby mail.example.com (Postfix) with ESMTPSA id %s\n"
     "\tfor <%s>; Sat, 28 Nov 2026 20:00:00 +0000 (UTC)"),
    ("From", "The Shop <orders@shop%d.example>"),
    ("To", "\"A Customer\" <%s>, <%s>"),
    ("Subject", "Your order %d is on its way"),
    ("Date", "Sat, 28 Nov 2026 20:00:00 +0000"),
    ("Message-ID", "<%s.%d@shop.example>"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "multipart/alternative; boundary=\"=_%s\""),
    ("List-Unsubscribe", "<https://shop.example/u/%s>"),
    ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ("X-Mailer", "Shop 4.2"),
    ("X-SES-MESSAGE-TAGS", "campaign=may"),
)


def header_of(rng, queue_id, number, to):
    """[[name, value], …]"""
    values = ((number % 9, number % 9, number % 250 + 1, queue_id, to[0]),
              (number % 500,), tuple(to), (number,), (),
              (queue_id, number), (), (queue_id,),
              ("%016x" % rng.getrandbits(64),), (), (), ())
    return [[name, text % value if value else text]
            for (name, text), value in zip(HEADERS, values)]


def line_of(rng, account_id, identity_id, number, at_msec):
    """One message as ops/journal.h has it."""
    queue_id = "4%s%06X" % ("%05X" % (number * 7919 % 0xfffff), number)
    to = ["user%d@d%d.example" % (rng.randrange(10 ** 6), rng.randrange(2000))
          for _ in range(2)]
    return json.dumps({
        "kind": "sent", "account": account_id, "id": queue_id,
        "at": at_msec, "login": "app", "sender": "orders@shop.example",
        "ip": "192.0.2.1", "identityId": identity_id,
        "identity": "shop.example", "size": 20480,
        "recipients": "".join("E %s\n" % a for a in to).rstrip("\n"),
        "headers": header_of(rng, queue_id, number, to),
        "tags": [["campaign", "may%d" % (number % 40)]],
    }, separators=(",", ":"), ensure_ascii=False)


def write_journal(folder, account_ids, identity_id, count, first=0):
    """count lines, an account after the other; their files are closed."""
    rng = random.Random(first)
    at_msec = int(time.time() * 1000)
    os.makedirs(folder, exist_ok=True)
    for begin in range(0, count, PART):
        name = "20261128T200000.%06dZ-1-%016x.journal" % (
            (first + begin) // PART, first + begin)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            for i in range(begin, min(begin + PART, count)):
                number = first + i
                account_id = account_ids[number % len(account_ids)]
                f.write(line_of(rng, account_id, identity_id, number,
                                at_msec + i // 10) + "\n")


def wait_empty(folder, proc, count):
    """Seconds are the caller's to take."""
    deadline = time.monotonic() + 60 + count / 500
    while any(n.endswith(".journal") for n in os.listdir(folder)):
        proc.check_alive()
        if time.monotonic() > deadline:
            raise BenchError("the journal is not read to its end")
        time.sleep(0.01)


class Sqlite:
    """A file, and how it is asked."""
    name = "SQLite"
    pid = None
    bare = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
            "CREATE TABLE counter (n INTEGER)",
            "INSERT INTO counter VALUES (0)",
            "CREATE TABLE message (id INTEGER PRIMARY KEY, "
            "queue_id TEXT UNIQUE, line TEXT)")

    def __init__(self, ctx):
        self.folder = ctx.work.mkdir("records-sqlite")
        self.path = self.folder + "/sendward.db"
        self.url = "sqlite:" + self.path

    def column(self, text):
        db = sqlite3.connect(self.path, timeout=60)
        try:
            with db:
                return [row[0] for row in db.execute(text)]
        finally:
            db.close()

    def bare_loop(self):
        """A function that commits a batch of (queue id, line)."""
        db = sqlite3.connect(self.folder + "/bare.db", isolation_level=None)
        for text in self.bare:
            db.execute(text)

        def commit(batch):
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE counter SET n = n + ?", (len(batch),))
            db.executemany(
                "INSERT INTO message (queue_id, line) VALUES (?, ?)", batch)
            db.execute("COMMIT")
        return commit

    def stop(self):
        pass


class Postgresql:
    """A server of its own; `pid` has its processes."""
    name = "PostgreSQL"
    bare = ("CREATE TABLE counter (n BIGINT)", "INSERT INTO counter VALUES (0)",
            "CREATE TABLE message (id BIGINT GENERATED BY DEFAULT AS IDENTITY "
            "PRIMARY KEY, queue_id TEXT UNIQUE, line TEXT)")

    def __init__(self, ctx):
        self.server = Server(ctx.work.mkdir("records-postgresql"),
                             more=POSTGRESQL).start()
        self.pid = self.server.process.pid
        self.url = self.server.make_database("records")

    def column(self, text):
        return [row[0] for row in self.server.sql(text, "records")]

    def bare_loop(self):
        import psycopg2
        from psycopg2.extras import execute_values
        db = psycopg2.connect(self.server.make_database("bare"))
        cursor = db.cursor()
        for text in self.bare:
            cursor.execute(text)
        db.commit()

        def commit(batch):
            cursor.execute("UPDATE counter SET n = n + %s", (len(batch),))
            execute_values(
                cursor, "INSERT INTO message (queue_id, line) VALUES %s",
                batch)
            db.commit()
        return commit

    def stop(self):
        self.server.stop("immediate")


class Bare:
    """A counter and a row of each message, BARE_BATCH in a transaction."""

    def __init__(self, database):
        self.commit = database.bare_loop()
        self.number = 0

    def round(self, count):
        """Records a second."""
        rng = random.Random(0)
        rows = [("%X" % (self.number + i), line_of(
            rng, 1, 1, self.number + i, 0)) for i in range(count)]
        self.number += count
        begin = time.monotonic()
        for i in range(0, count, BARE_BATCH):
            self.commit(rows[i:i + BARE_BATCH])
        return count / (time.monotonic() - begin)


class Records:
    """A store with its accounts, and a jobd that reads into it."""

    def __init__(self, ctx, database):
        self.ctx = ctx
        self.database = database
        self.sendward = Sendward(ctx, "records-%s-jobd" % database.name,
                                 store=database.url)
        self.add_accounts()
        self.accounts = [int(r) for r in database.column(
            "SELECT id FROM account WHERE name LIKE 'shop%' ORDER BY id")]
        self.identity = int(database.column("SELECT id FROM identity")[0])
        self.folder = os.path.join(self.sendward.dir, "journal")
        self.written = 0

    def add_accounts(self):
        """Copies of bench, past sendwardctl, because of their number."""
        columns = ("production, paused, pause_reason, daily_quota, rate, "
                   "policy, pool, contact, created_sec")
        self.database.column(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < %d) INSERT INTO account (name, %s) SELECT 'shop' || i, "
            "%s FROM n, account WHERE name = 'bench' RETURNING id" % (
                ACCOUNTS, columns, columns))

    def round(self, count):
        """(records a second, CPU microseconds of jobd and of a server a
        record, share of the others)"""
        write_journal(self.folder, self.accounts, self.identity, count,
                      self.written)
        self.written += count
        begin = time.monotonic()
        server = self.database.pid
        proc = self.ctx.work.start("jobd-%s-%d" % (
            self.database.name, self.written), [
            self.ctx.program("jobs/sendward-jobd"), "-c", self.sendward.conf,
            "-f"])
        with Measure([proc.pid] + ([server] if server else [])) as m:
            wait_empty(self.folder, proc, count)
            taken = time.monotonic() - begin
        proc.stop()
        return (count / taken, m.cpu[proc.pid] / count * 1e6,
                m.cpu.get(server, 0) / count * 1e6, m.others())

    def check(self):
        """All are there, once, with their events and figures."""
        for text, wanted in (
                ("SELECT count(*) FROM message", self.written),
                # each tells of its Send event itself
                ("SELECT count(*) FROM message WHERE traits & 1 = 1",
                 self.written),
                ("SELECT sum(sent) FROM tally WHERE set_id = 0",
                 2 * self.written),
                ("SELECT sum(sent) FROM flow WHERE step_sec = 3600",
                 2 * self.written)):
            found = int(self.database.column(text)[0])
            if found != wanted:
                raise BenchError("%s: %d, not %d" % (text, found, wanted))


def measure(ctx, database):
    count = 20000 if ctx.quick else 100000
    records = Records(ctx, database)
    bare = Bare(database)
    series = ctx.results.new("records", "jobd, " + database.name, "record")
    limit = ctx.results.new("records", "bare loop, " + database.name, "record")
    records.round(count // 5)  # an empty store is no measure
    for _ in range(ctx.rounds):
        limit.add(per_second=bare.round(count // 5))
        per_second, cpu_us, server_us, others = records.round(count)
        series.add(cpu_us=cpu_us, others=others, per_second=per_second,
                   server_us=server_us)
        print("  %s: %d records/s, CPU of jobd %.1f us, of the server %.1f "
              "us; the bare loop %d/s" % (
                  database.name, per_second, cpu_us, server_us,
                  limit.rounds[-1]["per_second"]), flush=True)
    records.check()
    ctx.results.bar("records", "records/s, durable, " + database.name,
                    series.median("per_second"), BAR, at_most=False)
    ctx.results.bar("records", "records/s of the bare loop's, " + database.name,
                    series.median("per_second") / limit.median("per_second"),
                    BARE_PART[database.name], at_most=False, fmt="%.2f")


def row_records(ctx):
    """Journal lines into the store, each commit on the disk."""
    if not ctx.has_sendward:
        return
    for kind in (Sqlite, Postgresql):
        database = kind(ctx)
        try:
            measure(ctx, database)
        finally:
            database.stop()
