#!/usr/bin/python3
"""Builds with sanitizers, runs unit tests and scenarios, counts.

A scenario is an executable tests/FOLDER/test-NAME in any language. It prints
"ok NAME" or "not ok NAME: why" a case and exits non-zero when one failed. It
finds in its environment:
  SRC        the source tree
  BUILD      the build with AddressSanitizer and UndefinedBehaviorSanitizer
  BUILD_TSAN the build with ThreadSanitizer
  TMPDIR     a folder of its own, searchable by every user
  SENDWARD_TEST_STACK  folder of the stack that scenarios share
  SENDWARD_TEST_STORE  the kind of database: sqlite or postgresql
  SENDWARD_TEST_PG     url of a PostgreSQL of the run's own, for the latter
A sanitizer's report by any process of a scenario is a failure of its own.
Called by tests/run, which installs the packages first, with
  SOURCE [--store sqlite|postgresql] [NAME...]
Without --store all runs on SQLite, and then on PostgreSQL what meets the store in
a way of its own; --store postgresql runs everything there that keeps something.
"""
import fcntl
import glob
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import postgres

SCENARIO_SEC = 900
# What never runs on PostgreSQL, and why.
SQLITE_ONLY = {
    "api/test-languages": "other clients, the same calls as api/test-boto's",
    "api/test-cli": "other clients, the same calls as api/test-boto's",
    "api/test-load": "measures the web server",
    "api/test-oracle": "signatures: nothing is kept",
    "api/test-pages": "pages and files: nothing is kept",
    "api/test-serializing": "forms of requests and answers: nothing is kept",
    "api/test-threads": "the web server's threads: nothing is kept",
    "api/test-tls": "certificates: nothing is kept",
    "console/test-files": "what is served",
    "console/test-hostile": "what a page shows, of what console/test-walk reads",
    "console/test-look": "how pages look",
    "console/test-units": "modules of pages",
    "ctl/test-completion": "the command line",
    "ctl/test-copy": "has a PostgreSQL of its own",
    "ctl/test-database-tls": "has a PostgreSQL of its own",
    "ctl/test-files": "the SQLite file: owners, modes, copies, locks",
    "ctl/test-help": "the command line",
    "ctl/test-services": "other programs' configurations",
    "dns/test-resolver": "keeps nothing",
    "dns/test-update": "keeps nothing",
    "fuzz/test-targets": "keeps nothing",
    "gate/test-store": "the SQLite file; on PostgreSQL gate/test-postgresql",
    "milter/test-store": "the SQLite file; on PostgreSQL gate/test-postgresql",
    "package/test-install": "has a store of its own",
    "policy/test-load": "measures; the benchmark measures PostgreSQL",
    "post/test-compose": "keeps nothing",
    "report/test-corpus": "keeps nothing",
    "template/test-handlebars": "keeps nothing",
}
# What the plain run repeats on PostgreSQL: what meets the store in a way of its own,
# so that the whole stays well under an hour. --store postgresql runs all others, too.
AGAIN = (
    "ctl/test-leases", "ctl/test-verbs", "feedback/test-lmtp",
    "gate/test-pools", "gate/test-postgresql", "gate/test-quota",
    "gate/test-refused", "hosts/test-failover", "hosts/test-hosts",
    "jobs/test-duties", "milter/test-accepted", "milter/test-signals",
)
POSTGRESQL_ONLY = (
    "gate/test-postgresql", "hosts/test-failover", "hosts/test-hosts",
)
# These measure: nothing runs beside them.
ALONE = ("policy/test-load", "api/test-load")
# Lanes of scenarios that share no stack.
OWN_LANES = 2
# Of these, what takes minutes, so that none of them is the last to begin.
LONG = (
    "package/test-install", "identity/test-rotation", "jobs/test-notify", "jobs/test-looks",
    "jobs/test-crowd", "dns/test-resolver", "faults/test-faults",
    "faults/test-kill", "fuzz/test-targets",
)
SANITIZE = {
    "asan": "-fsanitize=address,undefined -fno-sanitize-recover=undefined",
    "tsan": "-fsanitize=thread",
}


class Count:
    """What passed and failed. One thread's, until it is added to another. On a
    second database names begin with it."""

    def __init__(self, store="sqlite"):
        self.passed = 0
        self.failed = []
        self.reasons = {}
        self.prefix = "" if store == "sqlite" else store + ": "

    def ok(self, name):
        self.passed += 1
        name = self.prefix + name
        print("ok " + name + "\n", end="", flush=True)

    def bad(self, name, why):
        name = self.prefix + name
        self.failed.append(name)
        self.reasons[name] = why
        print("FAILED %s: %s\n" % (name, why), end="", flush=True)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.reasons.update(other.reasons)

    def print_failed(self):
        """Each again with the lines that tell most: the rest stands far above."""
        for name in self.failed:
            print("  " + name)
            lines = [line[:300] for line in
                     self.reasons.get(name, "").splitlines() if line.strip()]
            told = [n for n, line in enumerate(lines)
                    if re.search(r"error|assert|expected", line, re.I)][:6]
            for n in sorted({*told, *range(len(lines))[-3:]}):
                print("      " + lines[n])


def run_build(src, kind, count):
    """Configures and makes build-tests/KIND; its path, or None."""
    folder = os.path.join(src, "build-tests", kind)
    os.makedirs(folder, exist_ok=True)
    print("building with %s" % SANITIZE[kind], flush=True)
    script = """set -e
        [ -e "$1/configure" ] || "$1/autogen.sh"
        [ -e Makefile ] || "$1/configure" -q --enable-werror --enable-test-clock \
            CFLAGS="-O1 -g -fno-omit-frame-pointer $2"
        make -s -j "$(nproc)" all"""
    with open(os.path.join(src, "tests", "run"), encoding="utf-8") as lock, \
            open(folder + ".log", "w", encoding="utf-8") as log:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run in this checkout
        done = subprocess.run(
            ["bash", "-c", script, "build", src, SANITIZE[kind]], cwd=folder,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    if done.returncode == 0:
        return folder
    with open(folder + ".log", encoding="utf-8", errors="replace") as log:
        print("".join(log.readlines()[-30:]))
    count.bad("build-" + kind, "see " + folder + ".log")
    return None


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def opens_store(path):
    """Whether the test program runs on either database (store/test-database.h)."""
    try:
        with open(path, "rb") as f:
            return b"SENDWARD_TEST_STORE" in f.read()
    except OSError:
        return False


def run_units(build, names, reports, count, store="sqlite"):
    """`make check`, each cmocka case counted."""
    programs = subprocess.run(
        ["make", "-s", "--no-print-directory", "-f", "-", "list"], cwd=build,
        input="include Makefile\nlist:\n\t@echo $(TESTS)\n", text=True,
        capture_output=True, check=False).stdout.split()
    wanted = [p for p in programs if not names or
              any(n in "unit " + p for n in names)]
    if store == "postgresql":  # they were built for the first time
        wanted = [p for p in wanted if opens_store(os.path.join(build, p))]
    if not wanted:
        return
    print("running %d unit test programs" % len(wanted), flush=True)
    done = subprocess.run(
        ["make", "-s", "-k", "-j%d" % (os.cpu_count() or 1), "check",
         "TESTS=" + " ".join(wanted)], cwd=build,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        errors="replace", check=False)
    seen_any = False
    for program in wanted:
        seen_any |= count_unit(build, program, count)
    if not seen_any:
        print(done.stdout[-3000:] + done.stderr[-3000:])
        count.bad("make check", "left no result")
    elif done.returncode != 0 and not count.failed:
        print(done.stdout[-3000:] + done.stderr[-3000:])
        count.bad("make check", "exit %d" % done.returncode)
    reports.collect("unit tests", count)


def run_dist(build, count):
    """What is under version control is in what is distributed (dist-hook)."""
    done = subprocess.run(
        ["make", "-s", "distdir"], cwd=build, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", check=False)
    for folder in glob.glob(build + "/sendward-*/"):
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        shutil.rmtree(folder)
    if done.returncode == 0:
        count.ok("dist")
    else:
        count.bad("dist", done.stdout[-2000:])


def count_unit(build, program, count):
    base = os.path.join(build, re.sub(r"\.(sh|py)$", "", program))
    result = re.search(r":test-result: (\w+)", read_text(base + ".trs"))
    log = read_text(base + ".log")
    if not result:
        count.bad(program, "was not run (did it build?)\n"
                  + read_text(base + ".log")[-1500:])
        return False
    bad = dict.fromkeys(re.findall(r"^\[  FAILED  \] (\S+)$", log, re.M))
    good = re.findall(r"^\[       OK \] (.+)$", log, re.M)
    for name in good:
        count.ok("%s: %s" % (program, name))
    for name in bad:
        count.bad("%s: %s" % (program, name), "\n" + log[-3000:])
    if result.group(1) == "SKIP":
        print("skipped", program)
    elif result.group(1) not in ("PASS", "XFAIL") and not bad:
        count.bad(program, "\n" + log[-3000:])
    elif result.group(1) == "PASS" and not good:
        count.ok(program)
    return True


class Reports:
    """Sanitizer reports: every process writes its own file."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        os.chmod(folder, 0o1777)  # daemons write after dropping privileges

    def environment(self):
        base = "log_path=%s/report:exitcode=99" % self.folder
        return {
            "ASAN_OPTIONS": base + ":detect_leaks=1",
            "LSAN_OPTIONS": "print_suppressions=0",
            "UBSAN_OPTIONS": base + ":print_stacktrace=1",
            "TSAN_OPTIONS": base + ":second_deadlock_stack=1",
        }

    def collect(self, name, count):
        for path in sorted(glob.glob(self.folder + "/report*")):
            text = read_text(path)
            os.unlink(path)
            if text.strip():
                count.bad("sanitizers in " + name, "\n" + text[:4000])


def scenario_names(src):
    found = glob.glob(os.path.join(src, "tests", "*", "test-*"))
    return sorted(f for f in found
                  if os.access(f, os.X_OK) and not os.path.isdir(f))


def run_scenario(path, name, env):
    """Its Count."""
    count = Count(env["SENDWARD_TEST_STORE"])
    print("running %s%s\n" % (count.prefix, name), end="", flush=True)
    begun = time.monotonic()
    child = subprocess.Popen(
        [path], env=env, cwd=env["TMPDIR"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True)
    late = threading.Event()

    def end_it():
        late.set()
        child.kill()

    timer = threading.Timer(SCENARIO_SEC, end_it)
    timer.start()
    read_cases(child.stdout, name, count)
    status = child.wait()
    timer.cancel()
    print("    %s%s took %.0f s\n" % (count.prefix, name, time.monotonic() - begun), end="",
          flush=True)
    if late.is_set():
        count.bad(name, "took longer than %d s" % SCENARIO_SEC)
    elif status != 0 and not count.failed:
        count.bad(name, "exit %d" % status)
    elif not count.failed and not count.passed:
        count.bad(name, "reported no case")
    return count


def read_cases(lines, name, count):
    for line in lines:
        line = line.rstrip("\n")
        if line.startswith("ok "):
            count.ok("%s: %s" % (name, line[3:]))
        elif line.startswith("not ok "):
            case, _, why = line[7:].partition(": ")
            count.bad("%s: %s" % (name, case), why)
        elif line.startswith("skip "):
            print("skipped %s: %s\n" % (name, line[5:]), end="", flush=True)
        else:
            print("    " + line + "\n", end="", flush=True)


def uses_shared_stack(path):
    return "shared_stack" in read_text(path)


def queue_of(paths):
    waiting = queue.SimpleQueue()
    for path in paths:
        waiting.put(path)
    return waiting


class Lane(threading.Thread):
    """Scenarios one after another, with sanitizers' reports of their own. Those
    that share a stack are one lane, so that none changes what another looks
    at; the others mostly wait, and several lanes take them from one queue."""

    def __init__(self, title, waiting, base, work):
        super().__init__()
        self.title, self.waiting, self.work = title, waiting, work
        # short: the names of unix sockets are under it
        self.tmp_prefix = "" if base["SENDWARD_TEST_STORE"] == "sqlite" else "p-"
        self.reports = Reports(os.path.join(
            work, "%sreports-%s" % (self.tmp_prefix, title)))
        self.env = dict(base, **self.reports.environment())
        self.count = Count(base["SENDWARD_TEST_STORE"])

    def run(self):
        while True:
            try:
                path = self.waiting.get_nowait()
            except queue.Empty:
                return
            name = "/".join(path.split("/")[-2:])
            try:
                self.run_one(path, name)
            except (OSError, subprocess.SubprocessError) as why:
                self.count.bad(name, str(why))

    def run_one(self, path, name):
        env = dict(self.env)
        env["TMPDIR"] = os.path.join(self.work, self.tmp_prefix +
                                     name.replace("/", "-"))
        os.makedirs(env["TMPDIR"])
        os.chmod(env["TMPDIR"], 0o755)
        self.count.add(run_scenario(path, name, env))
        self.reports.collect(name, self.count)


def longest_first(paths):
    return sorted(paths, key=lambda p: not p.endswith(LONG))


def is_for(store, path, by_hand):
    """Whether the scenario runs on this kind of database. by_hand: it was named,
    or the kind was."""
    name = "/".join(path.split("/")[-2:])
    if store == "sqlite":
        return name not in POSTGRESQL_ONLY
    return name not in SQLITE_ONLY and (by_hand or name in AGAIN)


def run_scenarios(src, builds, names, work, count, store="sqlite",
                  by_hand=False):
    base = dict(os.environ)
    base.update(SRC=src, BUILD=builds["asan"],
                BUILD_TSAN=builds["tsan"] or "", SENDWARD_TEST_STORE=store,
                SENDWARD_TEST_STACK=os.path.join(
                    work, "stack" if store == "sqlite" else "pg-stack"))
    wanted = [p for p in scenario_names(src) if not names or
              any(n in "tests/" + "/".join(p.split("/")[-2:]) for n in names)]
    wanted = [p for p in wanted if is_for(store, p, by_hand or names)]
    alone = [p for p in wanted if p.endswith(ALONE)]
    shared = [p for p in wanted if p not in alone and uses_shared_stack(p)]
    own = queue_of(p for p in longest_first(wanted)
                   if p not in alone and p not in shared)
    lanes = [Lane("alone", queue_of(alone), base, work),
             Lane("shared", queue_of(shared), base, work)]
    lanes += [Lane("own%d" % n, own, base, work) for n in range(OWN_LANES)]
    lanes[0].run()
    for lane in lanes[1:]:
        lane.start()
    for lane in lanes[1:]:
        lane.join()
    stop_stack(src, lanes[1].env)
    lanes[1].reports.collect("the shared stack", lanes[1].count)
    for lane in lanes:
        count.add(lane.count)


def stop_stack(src, env):
    if os.path.isdir(env["SENDWARD_TEST_STACK"]):
        env = dict(env, SENDWARD_RUN=env["SENDWARD_TEST_STACK"],
                   SENDWARD_BUILD=env["BUILD"])
        subprocess.run([os.path.join(src, "quickstart"), "down"], env=env,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       check=False)


def run_on_postgresql(src, builds, names, work, reports, count, by_hand):
    # It is never killed: the stack's own and those of tests/hosts are.
    server = postgres.Server(os.path.join(work, "postgresql"),
                             more="fsync = off\nfull_page_writes = off")
    here = Count("postgresql")
    try:
        server.start()
        os.environ["SENDWARD_TEST_STORE"] = "postgresql"
        os.environ["SENDWARD_TEST_PG"] = server.url()
        run_units(builds["asan"], names, reports, here, "postgresql")
        run_scenarios(src, builds, names, work, here, "postgresql", by_hand)
    except (OSError, RuntimeError, subprocess.SubprocessError) as why:
        here.bad("the server", str(why))
    finally:
        server.stop()
    count.add(here)


def wanted_stores(arguments):
    """The kinds of database to run on; --store and its value go."""
    if arguments[:1] != ["--store"]:
        return ["sqlite", "postgresql"]
    wanted = arguments[1:2]
    del arguments[:2]
    if wanted not in (["sqlite"], ["postgresql"]):
        sys.exit("tests/run: --store sqlite or --store postgresql")
    return wanted


def main():
    src, names = sys.argv[1], sys.argv[2:]
    stores = wanted_stores(names)
    count = Count()
    work = tempfile.mkdtemp(prefix="sendward-tests.", dir="/tmp")
    os.chmod(work, 0o755)
    reports = Reports(os.path.join(work, "reports"))
    builds = {kind: run_build(src, kind, count) for kind in SANITIZE}
    if builds["asan"]:
        os.environ.update(reports.environment())
        os.environ.pop("SENDWARD_TEST_STORE", None)
        if "sqlite" in stores:
            run_units(builds["asan"], names, reports, count)
            if not names or "dist" in names:
                run_dist(builds["asan"], count)
            run_scenarios(src, builds, names, work, count)
        if "postgresql" in stores:
            run_on_postgresql(src, builds, names, work, reports, count,
                              stores == ["postgresql"])
    if count.failed:
        print("\nfailed:")
        count.print_failed()
        print("what they left: " + work)
    else:
        shutil.rmtree(work, ignore_errors=True)
    if not count.failed and not count.passed:
        count.failed.append("no test ran")
    print("%d passed, %d failed" % (count.passed, len(count.failed)))
    sys.exit(1 if count.failed else 0)


if __name__ == "__main__":
    main()
