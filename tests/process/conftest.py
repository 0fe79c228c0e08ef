"""The real program on free ports; what it logs is read as it comes."""

import json
import pathlib
import queue
import socket
import subprocess
import threading

import pytest

GREETER = pathlib.Path(__file__).parents[2] / "build/greeter"
SETTINGS = {
    "CUSTOMER_NAME": "C",
    "GREETING": "Moin!",
    "GREETER_PORT": "0",
    "GREETER_MANAGEMENT_PORT": "0",
    "GREETER_LOG_FORMAT": "json",
    "GREETER_SHUTDOWN_DELAY": "0s",
}
DEADLINE = 20


class Running:
    def __init__(self, settings, before_exec=None):
        self.settings = SETTINGS | settings
        # With Python's signals: a file that may not grow is an error (SIGXFSZ is ignored), as on a disk that is full.
        self.process = subprocess.Popen(
            [GREETER], env=self.settings, stdout=subprocess.PIPE, preexec_fn=before_exec, restore_signals=False
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        serving = self.logged("serving")
        self.port, self.management = serving["port"], serving["management_port"]

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def logged(self, message, **fields):
        """The next line with this message and these fields; what comes before it is passed over."""
        while True:
            line = self.lines.get(timeout=DEADLINE)
            if line["message"] == message and all(line.get(name) == value for name, value in fields.items()):
                return line

    def ask(self, target="/", fields=(), method="GET", host="127.0.0.1", own="", body=b""):
        """One request with these header lines, from the address `own` to `host`: status, fields by lower-case name, body."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as connection:
            connection.settimeout(DEADLINE)
            if own:
                connection.bind((own, 0))
            connection.connect((host, self.port))
            name = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
            lines = [f"{method} {target} HTTP/1.1", f"Host: {name}", "Connection: close"]
            lines += [f"Content-Length: {len(body)}"] if body else []
            connection.sendall("\r\n".join([*lines, *fields, "", ""]).encode("latin-1") + body)
            answer = b""
            while more := connection.recv(65536):
                answer += more
        head, _, content = answer.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        return int(first.split(" ")[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}, content

    def end(self):
        if self.process is None:  # a test has ended it
            return
        self.process.terminate()
        try:
            assert self.process.wait(DEADLINE) == 0
        finally:
            self.process.kill()


@pytest.fixture
def start():
    """start(**settings) starts the program; each must end well when the test is over."""
    started = []

    def begin(before_exec=None, **settings):
        started.append(Running(settings, before_exec))
        return started[-1]

    yield begin
    for running in started:
        running.end()
