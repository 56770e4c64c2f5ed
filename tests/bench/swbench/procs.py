"""Processes of the benchmark: start, stop, CPU and memory of a process tree,
and the load generators. Knows nothing of mail."""

import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time


class BenchError(Exception):
    """Something did not do what was asked of it; the row fails."""


class Work:
    """A private directory, readable for the users that servers drop to, and
    the processes that live in it. Everything ends with it."""

    def __init__(self, programs, keep=False, parent=None):
        self.programs = programs
        self.keep = keep
        self.dir = tempfile.mkdtemp(prefix="sendward-bench-", dir=parent)
        os.chmod(self.dir, 0o755)
        self.procs = []

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def mkdir(self, name, mode=0o755):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        return path

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def start(self, name, argv):
        proc = Proc(self, name, argv)
        self.procs.append(proc)
        return proc

    def start_daemon(self, name, argv, pidfile):
        proc = Daemon(self, name, argv, pidfile)
        self.procs.append(proc)
        return proc

    def close(self):
        for proc in reversed(self.procs):
            proc.stop()
        if self.keep:
            print("kept:", self.dir)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


class Proc:
    """One server and its children, by process id."""

    def __init__(self, work, name, argv):
        self.name = name
        self.log = work.path(name + ".out")
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=work.dir)
        self.pid = self.popen.pid

    def wait_socket(self, path, seconds=15):
        """Until something listens at path (unix path or (host, port))."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.popen.poll() is not None:
                raise BenchError("%s ended at once: %s" % (
                    self.name, self.tail()))
            if can_connect(path):
                return self
            time.sleep(0.05)
        raise BenchError("%s does not listen: %s" % (self.name, self.tail()))

    def tail(self):
        with open(self.log, "rb") as f:
            text = f.read()[-2000:].decode("utf-8", "replace").strip()
        return text or "(no output)"

    def stop(self):
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait(10)

    def check_alive(self):
        if self.popen.poll() is not None:
            raise BenchError("%s ended (%s): %s" % (
                self.name, self.popen.returncode, self.tail()))


class Daemon(Proc):
    """A server that detaches; its pid stands in a file."""

    def __init__(self, work, name, argv, pidfile):
        super().__init__(work, name, argv)
        if self.popen.wait(20) != 0:
            raise BenchError("%s: %s" % (name, self.tail()))
        self.pid = None
        deadline = time.monotonic() + 10
        while self.pid is None and time.monotonic() < deadline:
            time.sleep(0.05)
            try:
                with open(pidfile, encoding="ascii") as f:
                    self.pid = int(f.read())
            except (OSError, ValueError):
                continue
        if self.pid is None:
            raise BenchError("%s wrote no pid: %s" % (name, self.tail()))

    def wait_socket(self, path, seconds=15):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if can_connect(path):
                return self
            time.sleep(0.05)
        raise BenchError("%s does not listen: %s" % (self.name, self.tail()))

    def check_alive(self):
        if not os.path.exists("/proc/%d" % self.pid):
            raise BenchError("%s ended: %s" % (self.name, self.tail()))

    def stop(self):
        for sig in (signal.SIGTERM, signal.SIGKILL):
            try:
                if self.pid is not None:
                    os.kill(self.pid, sig)
            except ProcessLookupError:
                return
            time.sleep(0.3)


def can_connect(path):
    import socket
    family = socket.AF_UNIX if isinstance(path, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        try:
            s.connect(path)
        except OSError:
            return False
    return True


def free_port():
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tree(pid):
    """The process and all its living descendants."""
    found = [pid]
    for p in found:
        try:
            for task in os.listdir("/proc/%d/task" % p):
                path = "/proc/%d/task/%s/children" % (p, task)
                with open(path, encoding="ascii") as f:
                    found += [int(c) for c in f.read().split()]
        except OSError:
            continue
    return found


def cpu_seconds(pid):
    """utime+stime of the tree. The kernel's CPU clock of a process counts
    nanoseconds, ended threads included; what ended children used stands in
    their parent's cutime and cstime (10 ms ticks)."""
    total = 0.0
    tick = os.sysconf("SC_CLK_TCK")
    for p in tree(pid):
        try:
            total += time.clock_gettime((~p << 3) | 2)
            with open("/proc/%d/stat" % p, encoding="utf-8") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            total += (int(fields[13]) + int(fields[14])) / tick
        except OSError:
            continue
    return total


def peak_kib(pid):
    """VmHWM summed over the tree, KiB."""
    total = 0
    for p in tree(pid):
        try:
            with open("/proc/%d/status" % p, encoding="utf-8") as f:
                for line in f:
                    if line.startswith("VmHWM:"):
                        total += int(line.split()[1])
        except OSError:
            continue
    return total


def machine_busy_seconds():
    tick = os.sysconf("SC_CLK_TCK")
    with open("/proc/stat", encoding="ascii") as f:
        v = [int(x) for x in f.readline().split()[1:]]
    return (sum(v[:3]) + sum(v[5:8])) / tick


def children_seconds():
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


class Measure:
    """CPU of some servers, and of the rest of the machine, over a while."""

    def __init__(self, pids):
        self.pids = pids

    def __enter__(self):
        self.wall = time.monotonic()
        self.busy = machine_busy_seconds()
        self.kids = children_seconds()
        self.cpu = {p: cpu_seconds(p) for p in self.pids}
        return self

    def __exit__(self, *exc):
        self.cpu = {p: cpu_seconds(p) - c for p, c in self.cpu.items()}
        self.kids = children_seconds() - self.kids
        self.busy = machine_busy_seconds() - self.busy
        self.wall = time.monotonic() - self.wall

    def total(self):
        return sum(self.cpu.values())

    def others(self):
        """Share of the machine that neither servers nor generator took."""
        cores = os.cpu_count() or 1
        rest = self.busy - self.total() - self.kids
        return max(0.0, rest / (self.wall * cores))


def generate(work, program, *args, timeout=300):
    """Run a load generator; its JSON."""
    argv = [os.path.join(work.programs, program)] + [str(a) for a in args]
    done = subprocess.run(argv, stdout=subprocess.PIPE, timeout=timeout,
                          stderr=subprocess.PIPE, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise BenchError("%s: %s" % (
            program, done.stderr.decode("utf-8", "replace").strip())) from None


def call(argv, timeout=120, **kw):
    """Run a command that must succeed; its standard output."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, timeout=timeout,
                          stderr=subprocess.PIPE, check=False, **kw)
    if done.returncode != 0:
        raise BenchError("%s: exit %d: %s" % (
            " ".join(argv[:4]), done.returncode,
            (done.stderr + done.stdout).decode("utf-8", "replace")[-800:]))
    return done.stdout.decode("utf-8", "replace")


def interrupt_is_exit():
    """A terminated benchmark stops what it started."""
    def leave(signum, frame):
        raise SystemExit(128 + signum)
    signal.signal(signal.SIGTERM, leave)
