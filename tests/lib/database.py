"""The store of a scenario behind sendward's back, on either kind of database.

SENDWARD_TEST_STORE  "sqlite" (or unset) or "postgresql"
SENDWARD_TEST_PG     then: url of a server and a role that makes databases
"""
import atexit
import contextlib
import itertools
import os
import re
import sqlite3
import subprocess

_serial = itertools.count()
_made = {}


def kind():
    return os.environ.get("SENDWARD_TEST_STORE") or "sqlite"


def is_postgresql(url=None):
    return url.startswith("postgresql:") if url else kind() == "postgresql"


def make(path):
    """What the option `store` is to be: the SQLite file `path`, which is not made,
    or a new empty database, the same for the same path, which goes when the
    scenario ends."""
    if not is_postgresql():
        return "sqlite:" + path
    if path in _made:
        return _made[path]
    name = "t_%d_%d" % (os.getpid(), next(_serial))
    server = os.environ["SENDWARD_TEST_PG"]
    _run_alone(server, "CREATE DATABASE " + name)
    url = re.sub(r"(postgresql://[^/?]*)/[^?]*", r"\1/" + name, server)
    _made[path] = url
    return url


@atexit.register
def _drop_all():
    for url in _made.values():
        name = re.search(r"/(t_[0-9_]+)", url).group(1)
        try:
            _run_alone(os.environ["SENDWARD_TEST_PG"],
                       "DROP DATABASE IF EXISTS %s WITH (FORCE)" % name)
        except Exception as why:  # the run goes on, and the server away
            print("note: database %s stays: %s" % (name, why))


def _run_alone(url, text):
    con = connect(url)
    try:
        con.cursor().execute(text)
    finally:
        con.close()


def name_of(url):
    """The name of a database of the server, or of the file."""
    if is_postgresql(url):
        return re.search(r"//[^/?]*/([^?]*)", url).group(1)
    return url.partition(":")[2]


def take_away(url):
    """Nobody opens it, and whoever had it open does no more, until give_back()."""
    name = name_of(url)
    if not is_postgresql(url):
        os.rename(name, name + ".away")
        return
    server = os.environ["SENDWARD_TEST_PG"]
    _run_alone(server, "ALTER DATABASE %s ALLOW_CONNECTIONS false" % name)
    _run_alone(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE datname = '%s'" % name)


def give_back(url):
    name = name_of(url)
    if not is_postgresql(url):
        os.rename(name + ".away", name)
        return
    _run_alone(os.environ["SENDWARD_TEST_PG"],
               "ALTER DATABASE %s ALLOW_CONNECTIONS true" % name)


def connect(url, seconds=30):
    """A connection whose statements are transactions of their own, until BEGIN."""
    if not is_postgresql(url):
        con = sqlite3.connect(url.partition(":")[2], timeout=seconds,
                              isolation_level=None)
        con.execute("PRAGMA foreign_keys = 1")
        return con
    import psycopg2
    con = psycopg2.connect(url)
    con.autocommit = True
    return con


def sql(url, text, *values):
    """The rows of one statement, a tuple each; ? for each value."""
    con = connect(url)
    try:
        return rows_of(con, text, *values)
    finally:
        con.close()


def rows_of(con, text, *values):
    if isinstance(con, sqlite3.Connection):
        return con.execute(text, values).fetchall()
    with con.cursor() as cursor:
        if values:
            text = text.replace("%", "%%").replace("?", "%s")
        cursor.execute(text, values or None)
        rows = cursor.fetchall() if cursor.description else []
    return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in rows]


@contextlib.contextmanager
def transaction(con):
    """A function that runs one statement, as sql(); all of them or none."""
    rows_of(con, "BEGIN")
    try:
        yield lambda text, *values: rows_of(con, text, *values)
    except BaseException:
        rows_of(con, "ROLLBACK")
        raise
    rows_of(con, "COMMIT")


def dump(url):
    """All that is kept, as text."""
    if is_postgresql(url):
        command = ["pg_dump", "--inserts", "-d", url]
    else:
        command = ["sqlite3", url.partition(":")[2], ".dump"]
    return subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True).stdout


def lock(url):
    """Keeps all other writers out until .close(), as store_begin does."""
    con = connect(url)
    if is_postgresql(url):
        con.cursor().execute("BEGIN")
        con.cursor().execute(WRITER_LOCK)
    else:
        con.execute("BEGIN IMMEDIATE")
    return con


# PGSQL_LOCK_CLASS and PGSQL_LOCK_WRITER of store/pgsql.h
WRITER_LOCK = "SELECT pg_advisory_xact_lock(1936027236, 1)"
