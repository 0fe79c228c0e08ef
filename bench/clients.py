"""Clients that are no load: one that asks once and looks at the answer, many that idle, many that are slow."""
from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass

BODY = b'{"response":"Moin!"}'


class NoAnswer(Exception):
    """The server did not answer in time."""


class WrongAnswer(Exception):
    """The server answered something else than the greeting."""


def request(host: str = "localhost", close: bool = False) -> bytes:
    ending = "Connection: close\r\n" if close else ""
    return f"GET / HTTP/1.1\r\nHost: {host}\r\n{ending}\r\n".encode()


def connect(port: int, timeout: float) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout)
    # Closing resets the connection: thousands of clients would else leave their ports in TIME_WAIT.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return sock


def receive(sock: socket.socket) -> bytes:
    """One whole response that has a Content-Length."""
    data = b""
    while True:
        head, end, body = data.partition(b"\r\n\r\n")
        if end:
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            if len(body) >= length:
                return data
        chunk = sock.recv(65536)
        if not chunk:
            raise ConnectionResetError("closed before the response was complete")
        data += chunk


def ask(port: int, host: str = "localhost", close: bool = False, timeout: float = 2.0) -> bytes:
    """The bytes of one response."""
    try:
        with connect(port, timeout) as sock:
            sock.sendall(request(host, close))
            return receive(sock)
    except OSError as error:
        raise NoAnswer(f"no answer on port {port}: {error}") from error


def check(port: int, host: str = "localhost", body: bytes = BODY) -> bytes:
    """The response, if it is the greeting as JSON."""
    response = ask(port, host)
    head, _, got = response.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 ") or b"\r\ncontent-type: application/json" not in head.lower() or got != body:
        raise WrongAnswer(f"port {port} answered {response!r}")
    return response


def check_redis(port: int, token: str) -> None:
    try:
        with connect(port, 2) as sock:
            sock.sendall(f"AUTH {token}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\n") < 2 and (piece := sock.recv(4096)):
                answer += piece
    except OSError as error:
        raise NoAnswer(f"no answer on port {port}: {error}") from error
    if answer != b"+OK\r\n+PONG\r\n":
        raise WrongAnswer(f"port {port} answered {answer!r}")


class IdleClients:
    """Connections that have made one request and then stay open without a word."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> IdleClients:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in self.sockets:
            sock.close()

    def open(self, count: int, patience: float = 2.0) -> None:
        for _ in range(count):
            try:
                sock = connect(self.port, patience)
                self.sockets.append(sock)
                sock.sendall(request())
                receive(sock)
            except OSError as error:
                raise NoAnswer(f"connection {len(self.sockets)} of {count}: {error}") from error

    def answered(self, seconds: float = 15.0) -> int:
        """How many of them are still served."""
        deadline = time.monotonic() + seconds
        count = 0
        for sock in self.sockets:
            try:
                sock.sendall(request())
                count += b" 200 " in receive(sock)[:20]
            except OSError:
                pass
            if time.monotonic() > deadline:
                break
        return count


@dataclass
class Slow:
    sock: socket.socket
    sent: int = 0


class SlowClients:
    """Clients that send one byte of a request a second, never finish it, and come back when they are cut off."""

    TEXT = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 4096
    STEPS = 10  # a tenth of the clients is served every tenth of a second

    def __init__(self, port: int, count: int) -> None:
        self.port = port
        self.cut_off = 0
        self.clients = [Slow(connect(port, 2)) for _ in range(count)]
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> SlowClients:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()
        for client in self.clients:
            client.sock.close()

    def _run(self) -> None:
        step = 0
        while not self.ended.wait(1 / self.STEPS):
            for client in self.clients[step % self.STEPS :: self.STEPS]:
                self._turn(client)
            step += 1

    def _turn(self, client: Slow) -> None:
        try:
            client.sock.setblocking(False)
            client.sock.send(self.TEXT[client.sent : client.sent + 1])
            client.sent += 1
            client.sock.recv(4096)  # the response that ends the connection, or the end itself
        except BlockingIOError:
            return
        except OSError:
            pass
        self.cut_off += 1
        client.sock.close()
        client.sent = 0
        try:
            client.sock = connect(self.port, 0.2)
        except OSError:
            pass  # tried again in a second
