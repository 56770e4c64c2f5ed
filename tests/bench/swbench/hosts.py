"""Three policy servers on one PostgreSQL, each as a host of its own, beside one
alone. Each is offered as many requests as one is alone: three saturated ones would
share this machine's cores, which hosts do not."""

import json
import os
import subprocess
import sys

from .procs import BenchError, generate
from .sendward import BIG, Sendward, SendwardPolicy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "lib"))
from postgres import Server  # noqa: E402

HOSTS = ("h1", "h2", "h3")
RATE = 2000  # requests a second, of each
USERS = 100
TIGHT = 3000  # of which each asks for twice as many


def add_account(server, name, daily):
    """As the account bench, with a login of its name."""
    server.sql(
        "WITH a AS (INSERT INTO account (name, production, paused, "
        "pause_reason, daily_quota, rate, policy, pool, contact, created_sec) "
        "SELECT '%s', production, paused, pause_reason, %d, rate, policy, "
        "pool, contact, created_sec FROM account WHERE name = 'bench' "
        "RETURNING id) INSERT INTO login (name, account_id, created_sec) "
        "SELECT '%s', id, 0 FROM a" % (name, daily, name), "bench")


def load_all(ctx, servers, *args):
    """Offers the same to each at once; their JSON."""
    running = [subprocess.Popen(
        [os.path.join(ctx.work.programs, "policyload"), "-s", s.addr] +
        [str(a) for a in args], stdout=subprocess.PIPE) for s in servers]
    return [json.loads(p.communicate(timeout=300)[0]) for p in running]


def row_hosts(ctx):
    """Decisions of each of three hosts on one PostgreSQL, against one alone."""
    server = Server(ctx.work.mkdir("postgresql")).start()
    try:
        measure(ctx, server)
    finally:
        server.stop("immediate")


def measure(ctx, server):
    url = server.make_database("bench")
    first = Sendward(ctx, HOSTS[0], store=url, host=HOSTS[0])
    rest = [Sendward(ctx, name, store=url, host=name, like=first)
            for name in HOSTS[1:]]
    for i in range(USERS):
        add_account(server, "user%d" % i, BIG)
    add_account(server, "tight", TIGHT)
    servers = [SendwardPolicy(s, USERS) for s in [first] + rest]
    count = RATE * (3 if ctx.quick else 10)
    args = ["-c", 8, "-u", USERS, "-q", "D", "-R", RATE, "-n", count]
    alone = ctx.results.new("hosts", "one alone", "request")
    three = ctx.results.new("hosts", "each of three", "request")
    for _ in range(ctx.rounds):
        note(alone, [generate(ctx.work, "policyload", "-s", servers[0].addr,
                              *args)], count)
        note(three, load_all(ctx, servers, *args), count)
    ctx.results.bar("hosts", "decisions/s of a host of three / of one alone",
                    three.median("per_second") / alone.median("per_second"),
                    0.9, at_most=False, fmt="%.2f")
    got = load_all(ctx, servers, "-c", 8, "-l", "tight", "-q", "D", "-n",
                   2 * TIGHT)
    ctx.results.bar("hosts", "granted beyond a quota of %d" % TIGHT,
                    sum(g["passed"] for g in got) - TIGHT, 0)


def note(series, answers, count):
    for got in answers:
        if got["passed"] != count:
            raise BenchError("passed %d of %d: %s" % (
                got["passed"], count, got["first_other"]))
        series.add(**{k: got[k] for k in ("per_second", "p50_ms", "p99_ms",
                                          "max_ms")})
