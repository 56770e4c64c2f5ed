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
A sanitizer's report by any process of a scenario is a failure of its own.
Called by tests/run, which installs the packages first.
"""
import fcntl
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

SCENARIO_SEC = 600
SANITIZE = {
    "asan": "-fsanitize=address,undefined -fno-sanitize-recover=undefined",
    "tsan": "-fsanitize=thread",
}


class Count:
    passed = 0
    failed = []

    def ok(self, name):
        self.passed += 1
        print("ok", name, flush=True)

    def bad(self, name, why):
        self.failed.append(name)
        print("FAILED %s: %s" % (name, why), flush=True)


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


def run_units(build, names, reports, count):
    """`make check`, each cmocka case counted."""
    programs = subprocess.run(
        ["make", "-s", "--no-print-directory", "-f", "-", "list"], cwd=build,
        input="include Makefile\nlist:\n\t@echo $(TESTS)\n", text=True,
        capture_output=True, check=False).stdout.split()
    wanted = [p for p in programs if not names or
              any(n in "unit " + p for n in names)]
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
    if done.returncode != 0 and not count.failed:
        print(done.stdout[-3000:] + done.stderr[-3000:])
        count.bad("make check", "exit %d" % done.returncode)
    elif not seen_any:
        count.bad("make check", "left no result")
    reports.collect("unit tests", count)


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


def run_scenario(path, name, env, count):
    print("running", name, flush=True)
    before = len(count.failed), count.passed
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
    other = []
    for line in child.stdout:
        line = line.rstrip("\n")
        if line.startswith("ok "):
            count.ok("%s: %s" % (name, line[3:]))
        elif line.startswith("not ok "):
            case, _, why = line[7:].partition(": ")
            count.bad("%s: %s" % (name, case), why)
        elif line.startswith("skip "):
            print("skipped %s: %s" % (name, line[5:]), flush=True)
        else:
            other.append(line)
            print("    " + line, flush=True)
    status = child.wait()
    timer.cancel()
    print("    it took %.0f s" % (time.monotonic() - begun), flush=True)
    if late.is_set():
        count.bad(name, "took longer than %d s" % SCENARIO_SEC)
    elif status != 0 and len(count.failed) == before[0]:
        count.bad(name, "exit %d" % status)
    elif (len(count.failed), count.passed) == before:
        count.bad(name, "reported no case")


def run_scenarios(src, builds, names, work, reports, count):
    base = dict(os.environ)
    base.update(reports.environment())
    base.update(SRC=src, BUILD=builds["asan"],
                BUILD_TSAN=builds["tsan"] or "",
                SENDWARD_TEST_STACK=os.path.join(work, "stack"))
    for path in scenario_names(src):
        name = "/".join(path.split("/")[-2:])
        if names and not any(n in "tests/" + name for n in names):
            continue
        env = dict(base)
        env["TMPDIR"] = os.path.join(work, name.replace("/", "-"))
        os.makedirs(env["TMPDIR"])
        os.chmod(env["TMPDIR"], 0o755)
        run_scenario(path, name, env, count)
        reports.collect(name, count)
    stop_stack(src, base)
    reports.collect("the shared stack", count)


def stop_stack(src, env):
    if os.path.isdir(env["SENDWARD_TEST_STACK"]):
        env = dict(env, SENDWARD_RUN=env["SENDWARD_TEST_STACK"],
                   SENDWARD_BUILD=env["BUILD"])
        subprocess.run([os.path.join(src, "quickstart"), "down"], env=env,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       check=False)


def main():
    src, names = sys.argv[1], sys.argv[2:]
    count = Count()
    work = tempfile.mkdtemp(prefix="sendward-tests.", dir="/tmp")
    os.chmod(work, 0o755)
    reports = Reports(os.path.join(work, "reports"))
    builds = {kind: run_build(src, kind, count) for kind in SANITIZE}
    if builds["asan"]:
        os.environ.update(reports.environment())
        run_units(builds["asan"], names, reports, count)
        run_scenarios(src, builds, names, work, reports, count)
    if count.failed:
        print("\nfailed:")
        for name in count.failed:
            print("  " + name)
        print("what they left: " + work)
    else:
        shutil.rmtree(work, ignore_errors=True)
    if not count.failed and not count.passed:
        count.failed.append("no test ran")
    print("%d passed, %d failed" % (count.passed, len(count.failed)))
    sys.exit(1 if count.failed else 0)


main()
