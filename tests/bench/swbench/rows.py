"""The rows of the benchmark. Each measures its servers in turns, round by
round, so that what else the machine does falls on all of them alike, and
compares what they did with what was asked of them."""

import os
import re
import statistics
import time

from . import peers, procs, verify
from .api import row_api
from .apisend import row_api_send
from .console import row_console
from .hosts import row_hosts
from .hour import row_hour
from .leases import row_leases
from .postfix import Door, PrivatePostfix
from .procs import BenchError, Measure, call, generate
from .records import row_records
from .reports import row_reports
from . import signing
from .scale import row_scale
from .sendward import Sendward, SendwardMilter, SendwardPolicy

SAMPLES = 20

# The first round of each server is not measured; it tells how many messages
# the others need to last as long as is wanted.
MILTER_FIRST = 300
POLICY_FIRST = 500
PATH_FIRST = 60

COUNTED_SEC = 5


def milter_round(ctx, server, series, count, args, record=True):
    """One run of the generator against one milter, checked."""
    out = ctx.work.mkdir("samples")
    for name in os.listdir(out):
        os.unlink(os.path.join(out, name))
    samples = SAMPLES if server.records and record else 0
    with Measure([server.pid]) as m:
        got = generate(ctx.work, "milterload", "-s", server.addr, "-n", count,
                       "-l", "bench", "-S", "%d:%s" % (samples, out), *args)
    server.proc.check_alive()
    check_milter(server, got, count)
    if samples:
        verify.verify_samples(out, server.records, samples)
    if record:
        series.add(cpu_us=m.total() / count * 1e6, others=m.others(),
                   **{k: got[k] for k in ("per_second", "p50_ms", "p99_ms",
                                          "max_ms", "signatures",
                                          "accepted", "flags")})
    return got


def check_milter(server, got, count):
    signed = count * getattr(server, "signatures", 1) if server.records else 0
    if got["accepted"] != count or got["broken"] or got["hung"]:
        raise BenchError(
            "%s accepted %d of %d, refused %d, deferred %d, broken %d, "
            "unanswered %d: %s" % (
                server.name, got["accepted"], count, got["rejected"],
                got["tempfailed"], got["broken"], got["hung"],
                got["first_refusal"]))
    if got["signatures"] != signed:
        raise BenchError("%s made %d signatures for %d messages" % (
            server.name, got["signatures"], signed))


def milter_rounds(ctx, row, servers, args):
    """All servers, ctx.rounds times, in turns."""
    series, counts = {}, {}
    for s in servers:
        series[s.name] = ctx.results.new(row, s.name)
        first = milter_round(ctx, s, None, MILTER_FIRST, args, record=False)
        counts[s.name] = ctx.count(first["per_second"], MILTER_FIRST)
    for _ in range(ctx.rounds):
        for s in servers:
            milter_round(ctx, s, series[s.name], counts[s.name], args)
    for s in servers:
        series[s.name].peak_mib = procs.peak_kib(s.pid) / 1024
    return series


def milter_servers(ctx, tcp=False):
    """sendward first: the no-op filter asks for the flags it asked for."""
    found = []
    flags = None
    if ctx.has_sendward:
        tag = "sendward-tcp" if tcp else "sendward-unix"
        ours = SendwardMilter(Sendward(ctx, tag, tcp=tcp))
        flags = flags_of(ctx, ours.addr)
        found = [ours]
    floor = peers.NoopMilter(ctx.work, tcp=tcp, flags=flags)
    return [floor, peers.OpenDkim(ctx.work, tcp=tcp)] + found


def flags_of(ctx, addr):
    """The protocol flags that a milter asks for."""
    return generate(ctx.work, "milterload", "-s", addr, "-n", 1,
                    "-l", "bench")["flags"]


def rsa_microseconds(ctx):
    """CPU of one RSA-2048 signature; the median of some short runs."""
    if ctx.rsa_us is None:
        series = ctx.results.new("openssl", "rsa2048 sign")
        for _ in range(ctx.rounds):
            text = call(["openssl", "speed", "-seconds", "1", "-mr",
                         "rsa2048"])
            per_s = float(re.search(r"\+F2:\d+:\d+:([0-9.]+)", text).group(1))
            series.add(cpu_us=1e6 / per_s, per_second=per_s)
        ctx.rsa_us = series.median("cpu_us")
    return ctx.rsa_us


def row_openssl(ctx):
    rsa_microseconds(ctx)


def row_milter(ctx):
    """2 KiB, 8 sessions: the issue's first three bars."""
    rsa = rsa_microseconds(ctx)
    series = milter_rounds(ctx, "milter", milter_servers(ctx),
                           ["-c", 8, "-b", 2048])
    if not ctx.has_sendward:
        return
    ours, floor, peer = (series[n] for n in (
        "sendward", "no-op libmilter", "opendkim"))
    cpu = ours.median("cpu_us")
    ctx.results.bar("milter", "CPU per signed message / opendkim's",
                    cpu / peer.median("cpu_us"), 1 / 3.6, fmt="%.3f")
    ctx.results.bar("milter", "CPU above RSA + no-op filter, us",
                    cpu - rsa - floor.median("cpu_us"), 90)
    ctx.results.bar("milter", "signed messages/s / opendkim's",
                    ours.median("per_second") / peer.median("per_second"),
                    3, at_most=False, fmt="%.2f")


def milter_variant(row, args, tcp=False, cpu=None, rate=None):
    """cpu, rate: the bars beside opendkim."""
    def measure(ctx):
        series = milter_rounds(ctx, row, milter_servers(ctx, tcp), args)
        if not ctx.has_sendward:
            return
        ours, peer = series["sendward"], series["opendkim"]
        if cpu is not None:
            ctx.results.bar(row, "CPU per signed message / opendkim's",
                            ours.median("cpu_us") / peer.median("cpu_us"),
                            cpu, fmt="%.3f")
        if rate is not None:
            ctx.results.bar(row, "signed messages/s / opendkim's",
                            ours.median("per_second") /
                            peer.median("per_second"), rate, at_most=False,
                            fmt="%.2f")
    measure.__doc__ = "milterload " + " ".join(str(a) for a in args)
    return measure


def row_milter_tcp(ctx):
    """Over TCP, 100 messages/s offered: libmilter's small writes must not
    wait for delayed ACKs. At full load a median would be that of the queue."""
    series = milter_rounds(ctx, "milter-tcp", milter_servers(ctx, tcp=True),
                           ["-c", 8, "-b", 2048, "-R", 100])
    if ctx.has_sendward:
        ctx.results.bar("milter-tcp", "p50 over TCP, ms",
                        series["sendward"].median("p50_ms"), 2, fmt="%.2f")


def policy_round(ctx, server, series, count, args, record=True):
    with Measure([server.pid]) as m:
        got = generate(ctx.work, "policyload", "-s", server.addr,
                       "-n", count, *args)
    server.proc.check_alive()
    if got["passed"] != got["requests"] or got["broken"] or got["hung"]:
        raise BenchError(
            "%s passed %d of %d requests, deferred %d, rejected %d, "
            "broken %d, unanswered %d: %s" % (
                server.name, got["passed"], got["requests"], got["deferred"],
                got["rejected"], got["broken"], got["hung"],
                got["first_other"]))
    if record:
        series.add(cpu_us=m.total() / got["requests"] * 1e6,
                   others=m.others(),
                   **{k: got[k] for k in ("per_second", "p50_ms", "p99_ms",
                                          "max_ms", "requests")})
    return got


def policy_rounds(ctx, row, servers, conns, users, stages=None):
    """As milter_rounds; at the end each server's own count must be right."""
    series, sent, base, args, counts = {}, {}, {}, {}, {}
    for s in servers:
        series[s.name] = ctx.results.new(row, s.name, "request")
        base[s.name] = s.counted()
        args[s.name] = ["-c", conns, "-u", users, "-q", stages or s.stages]
        first = policy_round(ctx, s, None, POLICY_FIRST, args[s.name],
                             record=False)
        sent[s.name] = first["messages"]
        counts[s.name] = ctx.count(
            first["messages"] / first["seconds"], POLICY_FIRST)
    for _ in range(ctx.rounds):
        for s in servers:
            sent[s.name] += policy_round(ctx, s, series[s.name],
                                         counts[s.name],
                                         args[s.name])["messages"]
    for s in servers:
        series[s.name].peak_mib = procs.peak_kib(s.pid) / 1024
        check_counted(s, base[s.name], sent[s.name])
    return series


def check_counted(server, before, sent):
    if before is None:
        return
    wait_counted(server, before, sent)


def wait_counted(counter, before, sent):
    """What was spent is told to the store a moment later: what has not come
    after COUNTED_SEC is lost, and what is too much stays so."""
    until = time.monotonic() + COUNTED_SEC
    counted = counter.counted() - before
    while counted != sent and time.monotonic() < until:
        time.sleep(0.1)
        counted = counter.counted() - before
    if counted != sent:
        raise BenchError("%s counted %d of %d messages" % (
            counter.name, counted, sent))


def policy_servers(ctx, users):
    found = [peers.NoopPolicy(ctx.work), peers.PolicydRateLimit(ctx.work),
             peers.Postfwd1(ctx.work)]
    if ctx.has_sendward:
        ours = Sendward(ctx, "sendward-policy")
        ours.add_accounts(users)
        found.append(SendwardPolicy(ours, users))
    return found


def row_policy(ctx):
    """8 connections, 100 accounts, each request counted."""
    users = 100
    series = policy_rounds(ctx, "policy", policy_servers(ctx, users), 8, users)
    if not ctx.has_sendward:
        return
    ours = series["sendward"]
    for name, least in (("no-op epoll", 0.35), ("policyd-rate-limit", 80),
                        ("postfwd1", 4)):
        ctx.results.bar("policy", "decisions/s / %s's" % name,
                        ours.median("per_second") /
                        series[name].median("per_second"), least,
                        at_most=False, fmt="%.2f")
    ctx.results.bar("policy", "CPU per decision, us",
                    ours.median("cpu_us"), 10, fmt="%.1f")


def policy_variant(row, conns, stages):
    def measure(ctx):
        if not ctx.has_sendward:
            return
        ours = Sendward(ctx, "sendward-" + row)
        ours.add_accounts(100)
        policy_rounds(ctx, row, [SendwardPolicy(ours, 100)], conns, 100,
                      stages)
    measure.__doc__ = "sendward alone, %d connections, stages %s" % (
        conns, stages)
    return measure


class Path:
    """One way through Postfix: its door and the servers behind it."""

    def __init__(self, name, door, pids, records, counted):
        self.name = name
        self.door = door
        self.pids = pids
        self.records = records
        self.counted = counted


def paths(ctx):
    """Bare; the floors; opendkim and policyd-rate-limit; sendward."""
    ours, flags = None, None
    if ctx.has_sendward:
        ours = Sendward(ctx, "sendward-path", networks=True)
        milter, policyd = ours.start("milter"), ours.start("policyd")
        flags = flags_of(ctx, ours.milter_addr)
    noop = peers.NoopMilter(ctx.work, flags=flags)
    dunno = peers.NoopPolicy(ctx.work)
    dkim = peers.OpenDkim(ctx.work)
    rate = peers.PolicydRateLimit(ctx.work, by_sender=True, name="path-rl")
    found = [
        Path("bare Postfix", Door("bare"), [], None, lambda: None),
        Path("no-op milter + policy",
             Door("noop", milter=noop.addr, data=dunno.addr),
             [noop.pid, dunno.pid], None, lambda: None),
        Path("opendkim + policyd-rate-limit",
             Door("peers", milter=dkim.addr, rcpt=rate.addr),
             [dkim.pid, rate.pid], dkim.records, rate.counted)]
    if ours is not None:
        found.append(Path(
            "sendward", Door("sendward", milter=ours.milter_addr,
                             data=ours.policy_addr),
            [milter.pid, policyd.pid], ours.records,
            lambda: ours.used("bench")))
    return found


def path_round(ctx, postfix, path, series, count, size):
    before = path.counted()
    with Measure(path.pids) as m:
        accepted, delivered = postfix.send(path.door, count, size)
    postfix.collect(count, path.records, SAMPLES)
    if before is not None:
        wait_counted(path, before, count)
    if series is not None:
        series.add(cpu_us=m.total() / count * 1e6, machine_us=m.busy / count *
                   1e6, per_second=count / delivered,
                   accepted_per_second=count / accepted,
                   **{"process%d_us" % i: c / count * 1e6
                      for i, c in enumerate(m.cpu.values())})
    return delivered


def path_bars(ctx, series):
    def accepted(name):
        return series[name].median("accepted_per_second")

    ctx.results.bar("postfix", "sendward's CPU per message, us",
                    series["sendward"].median("cpu_us"), 550)
    ctx.results.bar("postfix", "accepted/s / those of the no-op pair",
                    accepted("sendward") / accepted("no-op milter + policy"),
                    0.85, at_most=False, fmt="%.2f")
    ctx.results.bar(
        "postfix", "accepted/s / those of opendkim + policyd-rate-limit",
        accepted("sendward") / accepted("opendkim + policyd-rate-limit"),
        1.8, at_most=False, fmt="%.2f")


def row_postfix(ctx):
    """smtp-source, Postfix, smtp-sink; CPU of the filters' own processes."""
    ways = paths(ctx)
    postfix = PrivatePostfix(ctx.work, [p.door for p in ways])
    series = {p.name: ctx.results.new("postfix", p.name) for p in ways}
    counts = {}
    for p in ways:
        seconds = path_round(ctx, postfix, p, None, PATH_FIRST, 2048)
        counts[p.name] = ctx.count(PATH_FIRST / seconds, PATH_FIRST)
    for _ in range(ctx.rounds):
        for p in ways:
            path_round(ctx, postfix, p, series[p.name], counts[p.name], 2048)
    for p in ways:
        series[p.name].peak_mib = sum(
            procs.peak_kib(pid) for pid in p.pids) / 1024 or None
    if ctx.has_sendward:
        path_bars(ctx, series)
    postfix.stop()


def row_memory_milter(ctx):
    """Peak of a fresh process after 64 sessions at once of 200 KiB."""
    for server in milter_servers(ctx):
        series = ctx.results.new("memory-milter", server.name)
        milter_round(ctx, server, series, 256 if ctx.quick else 1280,
                     ["-c", 64, "-b", 204800])
        series.peak_mib = procs.peak_kib(server.pid) / 1024
        if server.name == "sendward":
            ctx.results.bar("memory-milter", "peak resident, MiB",
                            series.peak_mib, 24, fmt="%.1f")


def row_memory_policy(ctx):
    """Peak of a fresh policyd that knows 100,000 accounts."""
    users = 100000
    if not ctx.has_sendward:
        return
    ours = Sendward(ctx, "sendward-many")
    ours.add_accounts(users)
    server = SendwardPolicy(ours, users)
    series = ctx.results.new("memory-policy", server.name, "request")
    policy_round(ctx, server, series, users,
                 ["-c", 8, "-u", users, "-q", "D"])
    series.peak_mib = procs.peak_kib(server.pid) / 1024
    ctx.results.bar("memory-policy", "peak resident, MiB", series.peak_mib,
                    48, fmt="%.1f")
    for user in ("user0", "user%d" % (users - 1)):
        until = time.monotonic() + 20  # what was spent is reported in groups
        while ours.used(user) != 1 and time.monotonic() < until:
            time.sleep(0.2)
        if ours.used(user) != 1:
            raise BenchError("%s counted %d of 1" % (user, ours.used(user)))


# In the order of running; DEFAULT has those with a bar.
ROWS = {
    "openssl": row_openssl,
    "milter": row_milter,
    "milter-tcp": row_milter_tcp,
    "policy": row_policy,
    "postfix": row_postfix,
    "memory-milter": row_memory_milter,
    "memory-policy": row_memory_policy,
    "api": row_api,
    "api-send": row_api_send,
    "reports": row_reports,
    "records": row_records,
    "console": row_console,
    "hosts": row_hosts,
    "hour": row_hour,
    "leases": row_leases,
    "scale": lambda ctx: row_scale(ctx, milter_rounds),
    "milter-1": milter_variant("milter-1", ["-c", 1], rate=4),
    "milter-64": milter_variant("milter-64", ["-c", 64]),
    "milter-20k": milter_variant("milter-20k", ["-c", 8, "-b", 20480]),
    "milter-200k": milter_variant("milter-200k", ["-c", 8, "-b", 204800],
                                  cpu=1 / 2.5),
    "milter-each": milter_variant("milter-each", ["-c", 8, "-1"]),
    "milter-tcp-full": milter_variant("milter-tcp-full", ["-c", 8], True),
    "milter-rate": milter_variant("milter-rate", ["-c", 64, "-R", 300]),
    "policy-1": policy_variant("policy-1", 1, "D"),
    "policy-64": policy_variant("policy-64", 64, "D"),
    "policy-rcpt": policy_variant("policy-rcpt", 8, "R"),
    "policy-all": policy_variant("policy-all", 8, "RDE"),
}
ROWS.update(signing.rows(milter_rounds))
DEFAULT = ["openssl", "milter", "milter-tcp", "policy", "postfix",
           "memory-milter", "memory-policy", "api"]
