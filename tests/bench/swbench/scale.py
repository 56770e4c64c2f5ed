"""What many identities and a long suppression list cost each message."""

import os
import re
import sqlite3
import subprocess
import time

from . import procs
from .procs import BenchError
from .sendward import Sendward, SendwardMilter

IDENTITIES = 1000000
SUPPRESSIONS = 10000000
CHUNK = 500000
START_MOST_S = 5
LOADED_MOST_S = 600

# As the schema's own; without it a change would be noted for each row.
TRIGGER = """CREATE TRIGGER suppression_insert AFTER INSERT ON suppression
BEGIN
    INSERT INTO change (kind, id, owner_id, name)
    VALUES (5, NEW.account_id, NEW.account_id, NEW.address);
END"""
NUMBERS = ("WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n "
           "WHERE i < %d) ")
SUPPRESSION_ROWS = (
    "INSERT INTO suppression (account_id, address, reason, since_sec) "
    "SELECT %d, (100000000 + i) || '.reader@customer-' || (i %% 1000) || "
    "'.example', i %% 2, 1700000000 FROM n")
IDENTITY_ROWS = (
    "INSERT INTO identity (account_id, name, type, status, signing_enabled, "
    "created_sec, verified_sec) SELECT %d, 'shop-' || i || '.example', 1, 2, "
    "1, 0, 0 FROM n")


def in_chunks(run, text, count):
    for first in range(1, count + 1, CHUNK):
        run(NUMBERS % (first, min(first + CHUNK - 1, count)) + text)


def fill_sqlite(path, identities, suppressions):
    """Rows of the account bench, none of which is noted as a change."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        account = db.execute(
            "SELECT id FROM account WHERE name = 'bench'").fetchone()[0]
        update = db.execute("SELECT sql FROM sqlite_master WHERE name = "
                            "'identity_insert'").fetchone()[0]
        db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = "
                         "-100000; DROP TRIGGER suppression_insert; "
                         "DROP TRIGGER identity_insert")
        in_chunks(db.execute, SUPPRESSION_ROWS % account, suppressions)
        in_chunks(db.execute, IDENTITY_ROWS % account, identities)
        db.execute(TRIGGER)
        db.execute(update)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def fill_postgresql(url, identities, suppressions):
    """The same by psql, as the owner of the tables."""
    def run(text):
        subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", url,
                        "-c", text], check=True, stdout=subprocess.DEVNULL)
    account = int(subprocess.run(
        ["psql", "-qAt", "-d", url, "-c",
         "SELECT id FROM account WHERE name = 'bench'"],
        check=True, stdout=subprocess.PIPE).stdout)
    for table in ("suppression", "identity"):
        run("ALTER TABLE %s DISABLE TRIGGER USER" % table)
    in_chunks(run, SUPPRESSION_ROWS % account, suppressions)
    in_chunks(run, IDENTITY_ROWS % account, identities)
    for table in ("suppression", "identity"):
        run("ALTER TABLE %s ENABLE TRIGGER USER" % table)
    run("ANALYZE")


def loaded(sendward):
    """What the log says is in memory, or None."""
    with open(os.path.join(sendward.dir, "sendward.log"),
              encoding="utf-8") as f:
        found = re.search(r"store\.loaded identities=(\d+) "
                          r"suppressions=(\d+)", f.read())
    return found and tuple(int(n) for n in found.groups())


def wait_loaded(sendward):
    start = time.monotonic()
    while loaded(sendward) is None:
        if time.monotonic() - start > LOADED_MOST_S:
            raise BenchError("the snapshot was not loaded in %d s" %
                             LOADED_MOST_S)
        time.sleep(0.1)
    return time.monotonic() - start


def start(ctx, name, identities, suppressions):
    """A milter over so many rows; when it answers, and when all is loaded."""
    ours = Sendward(ctx, name)
    fill_sqlite(os.path.join(ours.dir, "sendward.db"), identities,
                suppressions)
    begun = time.monotonic()
    server = SendwardMilter(ours)
    server.answers_s = time.monotonic() - begun
    server.loaded_s = 0
    if identities + suppressions > 20000:
        server.loaded_s = server.answers_s + wait_loaded(ours)
    server.name = "%d identities, %d suppressions" % (
        identities + 1, suppressions + 3)
    return server


def row_scale(ctx, milter_rounds):
    """2 KiB, 8 sessions, over a small store and a big one in turns."""
    shrink = 20 if ctx.quick else 1
    small = start(ctx, "scale-small", 0, 97)
    big = start(ctx, "scale-big", IDENTITIES // shrink,
                SUPPRESSIONS // shrink)
    series = milter_rounds(ctx, "scale", [small, big],
                           ["-c", 8, "-b", 2048])
    print("  %s: answers after %.2f s, all in memory after %.1f s, "
          "%.0f MiB" % (big.name, big.answers_s, big.loaded_s,
                        procs.peak_kib(big.pid) / 1024))
    ctx.results.bar("scale", "CPU per message, big store / small store",
                    series[big.name].median("cpu_us") /
                    series[small.name].median("cpu_us"), 1.2, fmt="%.3f")
    ctx.results.bar("scale", "start until it answers, s", big.answers_s,
                    START_MOST_S, fmt="%.2f")
