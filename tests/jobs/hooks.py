"""Webhooks that answer as they are told and keep what they get.

    with Hook() as hook:                 # or Hook(tls=(certificate, key))
        hook.url                         # http://127.0.0.1:PORT/in
        hook.answers = [500, "SLOW"]     # one each, then hook.default
        hook.requests                    # [Request], the oldest first

An answer is a status; (status, {header: value}); SLOW: nothing until the client
goes; CLOSE: the connection is closed; ENDLESS: 200, and a body without end.
hook.stop() and hook.start(): nobody listens meanwhile, at the same port.
"""
import http.server
import json
import os
import socketserver
import ssl
import subprocess
import threading
import time


class Request:
    def __init__(self, handler, body):
        self.path = handler.path
        self.headers = dict(handler.headers.items())
        self.raw = body
        self.at = time.monotonic()

    @property
    def envelope(self):
        return json.loads(self.raw)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        hook = self.server.hook
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with hook.lock:
            hook.requests.append(Request(self, body))
            answer = hook.answers.pop(0) if hook.answers else hook.default
        try:
            self._answer(answer)
        except OSError:
            self.close_connection = True

    do_GET = do_POST

    def _answer(self, answer):
        if answer == "SLOW":
            self.rfile.read(1)  # until the client goes
            self.close_connection = True
        elif answer == "CLOSE":
            self.close_connection = True
        elif answer == "ENDLESS":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        else:
            status, headers = answer if isinstance(answer, tuple) else (
                answer, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            body = b"" if status == 204 else b"ok\n"
            if body:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 200
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass  # a client that goes is no error of ours


class Hook:
    def __init__(self, default=200, tls=None):
        self.lock = threading.Lock()
        self.default = default
        self.tls = tls
        self.answers = []
        self.requests = []
        self.port = 0
        self.server = None
        self.start()

    def start(self):
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.hook = self
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return "%s://127.0.0.1:%d/in" % ("https" if self.tls else "http",
                                         self.port)

    def of(self, message_id):
        with self.lock:
            return [r for r in self.requests
                    if r.headers.get("x-amz-sns-message-id") == message_id]

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.stop()


class Authority:
    """Makes certificates in a folder, by the openssl command."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder, "ca.pem")
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes",
                      "-subj", "/CN=test CA", "-days", "30",
                      "-keyout", folder + "/ca.key", "-out", self.ca)

    def _openssl(self, *args):
        subprocess.run(("openssl",) + args, check=True, capture_output=True,
                       stdin=subprocess.DEVNULL)

    def issue(self, name, *subjects):
        """(certificate, key) for names such as DNS:a.example or IP:127.0.0.1."""
        base = os.path.join(self.folder, name)
        with open(base + ".ext", "w", encoding="ascii") as f:
            f.write("subjectAltName=%s\n" % ",".join(subjects))
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj",
                      "/CN=" + name, "-keyout", base + ".key",
                      "-out", base + ".csr")
        self._openssl("x509", "-req", "-in", base + ".csr", "-CA", self.ca,
                      "-CAkey", self.folder + "/ca.key", "-CAcreateserial",
                      "-days", "20", "-extfile", base + ".ext",
                      "-out", base + ".pem")
        return base + ".pem", base + ".key"
