#!/usr/bin/python3
"""A private PostgreSQL: in a folder of its own, on a unix socket there and on a
free port of the loopback, durable as a real one. Knows nothing of sendward.

Started by root it runs as the user postgres. By hand, until it is interrupted:
  tests/lib/postgres.py FOLDER      prints the url for SENDWARD_TEST_PG
"""
import glob
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import time

USER = "postgres"
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT,
         "smart": signal.SIGTERM}
# Many small databases, few connections each.
CONF = """
listen_addresses = '127.0.0.1'
port = %(port)d
unix_socket_directories = '%(folder)s'
max_connections = 300
shared_buffers = 64MB
max_wal_size = 256MB
autovacuum_naptime = 20s
log_min_messages = warning
lc_messages = 'C'
timezone = 'UTC'
%(more)s
"""
HBA = ("local all all trust\nhost all all 127.0.0.1/32 trust\n"
       "local replication all trust\n")


def programs():
    """The folder of the newest server that is installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
    if not found:
        raise RuntimeError("no PostgreSQL server: install postgresql")
    found.sort(key=lambda p: int(re.search(r"/(\d+)/", p).group(1)))
    return os.path.dirname(found[-1])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, folder, port=None, more=""):
        self.folder = os.path.abspath(folder)
        self.data = self.folder + "/data"
        self.port = port or free_port()
        self.more = more
        self.process = None
        self.bin = programs()

    # -- the process -------------------------------------------------------
    def as_user(self, *command):
        if os.geteuid() != 0:
            return list(command)
        # no runuser: its process would be the server's parent
        return ["/usr/bin/setpriv", "--reuid=" + USER, "--regid=" + USER,
                "--init-groups", "--"] + list(command)

    def make(self):
        """The cluster's files, when they are not there."""
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        if not os.path.exists(self.data + "/PG_VERSION"):
            done = subprocess.run(
                self.as_user(self.bin + "/initdb", "-D", self.data, "-U", USER,
                             "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                             "--no-sync", "--no-instructions"),
                cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError("initdb: " + done.stderr[-1000:])
        with open(self.data + "/postgresql.conf", "w",
                  encoding="ascii") as out:
            out.write(CONF % vars(self))
        with open(self.data + "/pg_hba.conf", "w", encoding="ascii") as out:
            out.write(HBA)

    def copy(self, primary):
        """Before the start: a standby of the primary, as it is now."""
        os.makedirs(self.folder)
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        done = subprocess.run(
            self.as_user(self.bin + "/pg_basebackup", "-D", self.data,
                         "-h", primary.folder, "-p", str(primary.port),
                         "-U", USER, "-R", "-c", "fast", "--no-sync"),
            cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError("pg_basebackup: " + done.stderr[-1000:])
        return self

    def start(self, seconds=60):
        self.make()
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen(
                self.as_user(self.bin + "/postgres", "-D", self.data),
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        end = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop("immediate")
                raise RuntimeError("PostgreSQL does not start: " + self.log())
            time.sleep(0.05)
        return self

    def is_ready(self):
        return subprocess.run(
            [self.bin + "/pg_isready", "-q", "-h", self.folder, "-p",
             str(self.port)], stdin=subprocess.DEVNULL,
            check=False).returncode == 0

    def stop(self, how="fast", seconds=60):
        """immediate: as if it had been killed; its children go, too."""
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(STOPS[how])
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)

    def children(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="ascii", errors="replace") as stat:
                    parent = stat.read().rpartition(")")[2].split()[1]
            except OSError:
                continue  # has ended
            if int(parent) == self.process.pid:
                found.append(int(path.split("/")[2]))
        return found

    def kill(self):
        """All its processes, as when the machine loses power."""
        process = self.process
        pids = [process.pid] + self.children()
        self.process = None
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait(30)

    def log(self):
        with open(self.folder + "/log", encoding="utf-8",
                  errors="replace") as log:
            return log.read()[-2000:]

    # -- its databases -----------------------------------------------------
    def url(self, database="postgres", by_tcp=False):
        if by_tcp:
            return "postgresql://%s@127.0.0.1:%d/%s" % (
                USER, self.port, database)
        return "postgresql:///%s?host=%s&port=%d&user=%s" % (
            database, self.folder, self.port, USER)

    def sql(self, text, database="postgres"):
        """One statement outside of any transaction; its rows."""
        import psycopg2  # not needed for what starts a server alone
        con = psycopg2.connect(self.url(database))
        try:
            con.autocommit = True
            with con.cursor() as cursor:
                cursor.execute(text)
                return cursor.fetchall() if cursor.description else []
        finally:
            con.close()

    def make_database(self, name, template="template1"):
        self.sql("CREATE DATABASE %s TEMPLATE %s" % (name, template))
        return self.url(name)

    def drop_database(self, name):
        self.sql("DROP DATABASE IF EXISTS %s WITH (FORCE)" % name)


def main():
    server = Server(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.start()
        print(server.url(), flush=True)
        server.process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


if __name__ == "__main__":
    main()
