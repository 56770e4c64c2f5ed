"""Hosts that can be cut off: network namespaces on a bridge that stands in one of
its own, so that nothing of it is seen outside. Needs root and ip(8)."""
import json
import os
import subprocess

NET = "10.77.0."


def ip(*args):
    done = subprocess.run(["ip"] + list(args), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError("ip %s: %s" % (" ".join(args),
                                          done.stderr.strip()))


class Lan:
    """hosts: short names; each gets an address of 10.77.0.0/24."""

    def __init__(self, *hosts):
        self.tag = "sw%d-" % (os.getpid() % 100000)
        self.hosts = {name: NET + str(10 + i)
                      for i, name in enumerate(hosts)}
        self.made = []
        try:
            self._make("lan")
            ip("-n", self.netns("lan"), "link", "add", "br0", "type",
               "bridge")
            ip("-n", self.netns("lan"), "link", "set", "br0", "up")
            for name in hosts:
                self._plug_in(name)
        except Exception:
            self.close()
            raise

    def netns(self, name):
        return self.tag + name

    def address(self, name):
        return self.hosts[name]

    def _make(self, name):
        ip("netns", "add", self.netns(name))
        self.made.append(name)
        ip("-n", self.netns(name), "link", "set", "lo", "up")

    def _plug_in(self, name):
        lan, host = self.netns("lan"), self.netns(name)
        self._make(name)
        ip("-n", lan, "link", "add", name, "type", "veth", "peer", "name",
           "eth0", "netns", host)
        ip("-n", lan, "link", "set", name, "master", "br0", "up")
        ip("-n", host, "address", "add", self.address(name) + "/24", "dev",
           "eth0")
        ip("-n", host, "link", "set", "eth0", "up")

    def cut(self, name):
        """Its cable is pulled: it keeps running, and hears nobody."""
        ip("-n", self.netns("lan"), "link", "set", name, "down")

    def mend(self, name):
        ip("-n", self.netns("lan"), "link", "set", name, "up")

    def command(self, name, *words):
        """What runs these words on that host."""
        return ["ip", "netns", "exec", self.netns(name)] + list(words)

    def run(self, name, *words, **options):
        return subprocess.run(self.command(name, *words),
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", check=False,
                              **options)

    def pids(self, name):
        """Of the processes that run there."""
        done = subprocess.run(["ip", "netns", "pids", self.netns(name)],
                              capture_output=True, text=True, check=False)
        return [int(pid) for pid in done.stdout.split()]

    def close(self):
        """What still runs on the hosts is the caller's to stop before."""
        for name in reversed(self.made):
            subprocess.run(["ip", "netns", "del", self.netns(name)],
                           capture_output=True, check=False)
        self.made = []


class Client:
    """Sends mail on a host, many messages over some sessions at once, for as long
    as it is told; see smtp_client.py. One line of JSON asks, one answers."""

    def __init__(self, lan, host):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "smtp_client.py")
        self.process = subprocess.Popen(
            lan.command(host, "/usr/bin/python3", script),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the client ended")
        return json.loads(line)

    def send(self, **order):
        self.ask(**order)
        return self.hear()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
