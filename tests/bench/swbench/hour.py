"""An hour's mail: does anything grow? The milter, policyd and jobd of one sendward,
each message offered at a fixed rate to the milter and asked of policyd; what each
process holds is noted every minute."""

import json
import os
import sqlite3
import subprocess
import time

from . import procs
from .procs import BenchError, Measure
from .sendward import Sendward

MINUTES = 60
QUICK_MINUTES = 3
RATE = 100  # messages a second
USERS = 100
MOST_GROWTH_KIB = 4096  # from a third of the time on, of each process


def held(pid):
    """Resident KiB and open descriptors."""
    with open("/proc/%d/status" % pid, encoding="utf-8") as f:
        kib = [int(line.split()[1]) for line in f if line.startswith("VmRSS:")]
    return kib[0], len(os.listdir("/proc/%d/fd" % pid))


def start(ctx, program, *args):
    return subprocess.Popen(
        [os.path.join(ctx.work.programs, program)] + [str(a) for a in args],
        stdout=subprocess.PIPE, text=True)


def minute(ctx, milter, policy, seconds):
    """Offers mail for so long; (milterload's, policyload's) answers."""
    count = RATE * seconds
    running = [
        start(ctx, "milterload", "-s", milter, "-n", count, "-l", "bench",
              "-c", 8, "-b", 2048, "-R", RATE),
        start(ctx, "policyload", "-s", policy, "-c", 8, "-u", USERS, "-q", "D",
              "-R", RATE, "-n", count)]
    answers = []
    for process in running:
        text = process.communicate(timeout=seconds + 120)[0]
        answers.append(json.loads(text))
    if answers[0]["accepted"] != count or answers[1]["passed"] != count:
        raise BenchError("of %d accepted %d, granted %d" % (
            count, answers[0]["accepted"], answers[1]["passed"]))
    return answers


def row_hour(ctx):
    """100 messages/s for an hour: memory and descriptors of each process."""
    if not ctx.has_sendward:
        return
    ours = Sendward(ctx, "sendward-hour")
    ours.add_accounts(USERS)
    programs = {"milter": ours.start("milter"),
                "policyd": ours.start("policyd"),
                "jobd": ctx.work.start("hour-jobd", [
                    ctx.program("jobs/sendward-jobd"), "-c", ours.conf, "-f"])}
    series = {name: ctx.results.new("hour", "sendward-" + name)
              for name in programs}
    minutes = QUICK_MINUTES if ctx.quick else MINUTES
    for number in range(minutes):
        with Measure([p.pid for p in programs.values()]) as m:
            mail, policy = minute(ctx, ours.milter_addr, ours.policy_addr, 60)
        times = {"milter": mail["p99_ms"], "policyd": policy["p99_ms"]}
        for name, process in programs.items():
            process.check_alive()
            kib, descriptors = held(process.pid)
            series[name].add(cpu_us=m.cpu[process.pid] / RATE / 60 * 1e6,
                             per_second=RATE, p99_ms=times.get(name),
                             rss_kib=kib, descriptors=descriptors)
        if number % 10 == 9 or number == minutes - 1:
            print("  after %d minutes: %s" % (number + 1, ", ".join(
                "%s %.1f MiB" % (name, s.rounds[-1]["rss_kib"] / 1024)
                for name, s in series.items())), flush=True)
    for name, s in series.items():
        judge(ctx, name, s, programs[name].pid)
    wait_recorded(ours, minutes * 60 * RATE)


def judge(ctx, name, series, pid):
    """What was held when it had warmed up, against the most since."""
    series.peak_mib = procs.peak_kib(pid) / 1024
    settled = series.rounds[len(series.rounds) // 3:]
    for key, most in (("rss_kib", MOST_GROWTH_KIB), ("descriptors", 8)):
        ctx.results.bar("hour", "%s: growth of %s" % (name, key),
                        max(r[key] for r in settled) - settled[0][key], most)


def wait_recorded(ours, count):
    """What was accepted gets into the store, all of it."""
    deadline = time.monotonic() + 120
    db = sqlite3.connect(os.path.join(ours.dir, "sendward.db"), timeout=60)
    try:
        while True:
            found = db.execute("SELECT COUNT(*) FROM message").fetchone()[0]
            if found == count:
                return
            if time.monotonic() > deadline:
                raise BenchError("%d records of %d messages" % (found, count))
            time.sleep(1)
    finally:
        db.close()
