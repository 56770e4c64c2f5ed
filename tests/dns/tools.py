"""The check programs of dns/, driven. Knows nothing of single scenarios."""
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "run", "build")
BUILD_TSAN = os.environ.get("BUILD_TSAN") or BUILD
sys.path.insert(0, os.path.join(SRC, "tests", "lib"))

from cases import Failure, expect  # noqa: E402

ANSWER_SEC = 90


def new_dir():
    return tempfile.mkdtemp(prefix="dns.", dir=os.environ.get("TMPDIR"))


def write_conf(servers="", timeout_sec=5, anchor="", dkim=""):
    path = os.path.join(new_dir(), "sendward.conf")
    with open(path, "w", encoding="ascii") as f:
        f.write('bounce_domain = "bounce.example";\n'
                'dns = { servers = "%s"; timeout_sec = %d; '
                'trust_anchor_file = "%s"; };\n'
                'dkim = { %s };\n' % (servers, timeout_sec, anchor, dkim))
    return path


class Look:
    """dns/look: one resolver; questions go in as lines."""

    def __init__(self, servers, together=False, build=None, **options):
        args = [(build or BUILD) + "/dns/look", write_conf(servers, **options)]
        self.child = subprocess.Popen(
            args + (["together"] if together else []), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.answers = queue.Queue()
        self.peak_kib = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.answers.put(json.loads(line))
        self.answers.put(None)

    def ask(self, name, rtype="TXT"):
        """Asks and waits."""
        self.child.stdin.write("%s %s\n" % (name, rtype))
        self.child.stdin.flush()
        answer = self.answers.get(timeout=ANSWER_SEC)
        if answer is None:
            raise Failure("look ended: " + self.child.stderr.read()[-1000:])
        return answer

    def ask_all(self, names, rtype="TXT"):
        """Asks at once and waits for all, in any order."""
        def feed():
            for name in names:
                self.child.stdin.write("%s %s\n" % (name, rtype))
            self.child.stdin.close()
        threading.Thread(target=feed, daemon=True).start()
        answers = []
        while True:
            answer = self.answers.get(timeout=ANSWER_SEC)
            if answer is None:
                return answers
            answers.append(answer)
            if len(answers) % 100 == 1:
                self.peak_kib = max(self.peak_kib, self._peak())

    def _peak(self):
        try:
            with open("/proc/%d/status" % self.child.pid,
                      encoding="ascii") as f:
                for line in f:
                    if line.startswith("VmHWM:"):
                        return int(line.split()[1])
        except OSError:
            pass
        return 0

    def close(self):
        """Ends it, which must go well; the seconds that it took."""
        if self.child.stderr.closed:
            return 0
        if not self.child.stdin.closed:
            self.child.stdin.close()
        began = time.monotonic()
        status = self.child.wait(30)
        error = self.child.stderr.read()
        self.child.stderr.close()
        expect(status == 0, "look: exit %d: %s" % (status, error[-2000:]))
        expect(error == "", "look wrote: " + error[-500:])
        return time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.child.kill()
            self.child.wait()


def refused(servers="", **options):
    """What a resolver says that cannot be made."""
    done = subprocess.run(
        [BUILD + "/dns/look", write_conf(servers, **options)], text=True,
        stdin=subprocess.DEVNULL, capture_output=True, check=False)
    expect(done.returncode == 1, "exit %d: %s" % (
        done.returncode, done.stdout + done.stderr))
    return done.stderr.strip()


def change(conf, *changes):
    """dns/change: {code, why}. A change is NAME or (NAME, TEXT)."""
    lines = "".join((c if isinstance(c, str) else "%s %s" % c) + "\n"
                    for c in changes)
    done = subprocess.run([BUILD + "/dns/change", conf], input=lines,
                          text=True, capture_output=True, check=False)
    expect(done.returncode in (0, 1) and done.stderr == "",
           "change: exit %d: %s" % (done.returncode, done.stderr[-2000:]))
    return json.loads(done.stdout)
