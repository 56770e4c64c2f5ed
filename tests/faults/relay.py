"""Stands before a unix socket and cuts connections in the middle of what is said."""
import os
import select
import socket
import threading

PIECES = 10  # what a short conversation has


class Relay:
    """While entered, whoever connects to `path` talks to the server behind it, and
    every second connection is cut: after 1, then 2, 3, … pieces that went either
    way, and then after 1 again, so that each step of a protocol is cut some time,
    and in the middle of the piece."""

    def __init__(self, path):
        self.path, self.behind = path, path + ".behind"
        self.connections = self.cuts = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()

    def __enter__(self):
        os.rename(self.path, self.behind)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(100)
        self.listener.settimeout(0.2)
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()
        return self

    def __exit__(self, *_):
        """The server has its name again; connections that are open go on."""
        self.stopping.set()
        self.thread.join()
        os.rename(self.behind, self.path)
        self.listener.close()

    def accept(self):
        while not self.stopping.is_set():
            try:
                client = self.listener.accept()[0]
            except TimeoutError:
                continue
            with self.lock:
                self.connections += 1
                number = self.connections
            pieces = number // 2 % PIECES + 1 if number % 2 == 0 else None
            threading.Thread(target=self.carry, args=(client, pieces),
                             daemon=True).start()

    def carry(self, client, pieces):
        server = socket.socket(socket.AF_UNIX)
        other = {client: server, server: client}
        try:
            server.connect(self.behind if os.path.exists(self.behind)
                           else self.path)
            while True:
                for one in select.select(list(other), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    if pieces is not None:
                        pieces -= 1
                    if pieces == 0:
                        other[one].sendall(data[:len(data) // 2])
                        with self.lock:
                            self.cuts += 1
                        return
                    other[one].sendall(data)
        except OSError:
            pass
        finally:
            client.close()
            server.close()
