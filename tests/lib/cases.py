"""The cases of one scenario: functions marked @case, run in order of
definition, each printing "ok NAME" or "not ok NAME: why"."""
import sys
import time
import traceback

_cases = []


def case(fn):
    _cases.append(fn)
    return fn


class Failure(AssertionError):
    """What a case expected and did not see."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_equal(seen, wanted, what):
    expect(seen == wanted, "%s: %r, expected %r" % (what, seen, wanted))


def wait_for(condition, seconds, what):
    """The first true value of condition(), asked for up to `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        expect(time.monotonic() < end,
               "not within %g s: %s" % (seconds, what))
        time.sleep(0.05)


def run_cases(cleanup=None):
    """Runs all cases (or those named on the command line) and exits."""
    failed = 0
    names = sys.argv[1:]
    try:
        for fn in _cases:
            if names and fn.__name__ not in names:
                continue
            failed += not run_one(fn)
    finally:
        if cleanup:
            cleanup()
    sys.exit(1 if failed else 0)


def run_one(fn):
    name = fn.__name__.replace("_", " ")
    try:
        fn()
    except Failure as why:
        print("not ok %s: %s" % (name, " | ".join(str(why).split("\n"))),
              flush=True)
        return False
    except Exception as why:  # a broken test is a failed test
        traceback.print_exc(file=sys.stdout)
        print("not ok %s: %s %s" % (name, type(why).__name__, why), flush=True)
        return False
    print("ok " + name, flush=True)
    return True
