"""The cases of one scenario: functions marked @case, run in order of
definition, each printing "ok NAME" or "not ok NAME: why". Neighbours marked
@beside run at the same time: they mostly wait, each for something of its own."""
import itertools
import multiprocessing.pool
import os
import sys
import time
import traceback

_cases = []
_beside = set()


def case(fn):
    _cases.append(fn)
    return fn


def beside(fn):
    _beside.add(fn)
    return case(fn)


class Failure(AssertionError):
    """What a case expected and did not see."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_equal(seen, wanted, what):
    expect(seen == wanted, "%s: %r, expected %r" % (what, seen, wanted))


def wait_for(condition, seconds, what):
    """The first true value of condition(), asked for up to `seconds`, and no
    more than half of the time: what is waited for needs the processor, too."""
    end = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        value = condition()
        if value:
            return value
        expect(time.monotonic() < end,
               "not within %g s: %s" % (seconds, what))
        time.sleep(max(0.05, min(1, time.monotonic() - begun)))


def in_force():
    """Sleeps until what was changed is in force everywhere: a second, and longer
    where many wait for each processor."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    time.sleep(max(1, min(5, waiting / 2)))


def run_cases(cleanup=None):
    """Runs all cases (or those named on the command line) and exits."""
    names = sys.argv[1:]
    wanted = [fn for fn in _cases if not names or fn.__name__ in names]
    good = []
    try:
        for aside, group in itertools.groupby(wanted, _beside.__contains__):
            good += run_together(list(group)) if aside else map(run_one, group)
    finally:
        if cleanup:
            cleanup()
    sys.exit(0 if all(good) else 1)


def run_together(functions):
    with multiprocessing.pool.ThreadPool(len(functions)) as pool:
        return pool.map(run_one, functions, 1)


def run_one(fn):
    name = fn.__name__.replace("_", " ")
    try:
        fn()
    except Failure as why:
        say("not ok %s: %s" % (name, " | ".join(str(why).split("\n"))))
        return False
    except Exception as why:  # a broken test is a failed test
        say(traceback.format_exc() + "not ok %s: %s %s" % (
            name, type(why).__name__, why))
        return False
    say("ok " + name)
    return True


def say(line):
    """In one piece, whoever writes meanwhile."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
