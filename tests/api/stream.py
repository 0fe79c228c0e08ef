"""A client of the event stream, over a socket of its own."""

import dataclasses
import json
import socket
import time

DEADLINE = 20


@dataclasses.dataclass(frozen=True)
class Event:
    id: int | None
    kind: str
    data: dict

    @property
    def text(self):
        return self.data.get("text")


class Stream:
    """Opened when the head of the response is there; `status` other than 200 has a `body` instead of events."""

    def __init__(self, client, after=None, last_event_id=None):
        self.socket = socket.create_connection(("127.0.0.1", client.port), timeout=DEADLINE)
        self.buffer = b""
        headers = client.fields({"Last-Event-ID": last_event_id, "Accept": "text/event-stream"})
        query = "" if after is None else f"?after={after}"
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.socket.sendall(f"GET /api/v1/greetings/events{query} HTTP/1.1\r\n{head}\r\n".encode())
        status, *lines = self._until(b"\r\n\r\n").decode().split("\r\n")
        self.status = int(status.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def _until(self, end, seconds=DEADLINE):
        limit = time.monotonic() + seconds
        while end not in self.buffer:
            self.socket.settimeout(max(limit - time.monotonic(), 0.001))
            received = self.socket.recv(65536)
            if not received:
                raise EOFError(f"the stream ended with {self.buffer!r}")
            self.buffer += received
        block, _, self.buffer = self.buffer.partition(end)
        return block

    def block(self, seconds=DEADLINE):
        """The next lines until an empty one."""
        return self._until(b"\n\n", seconds).decode("utf-8").split("\n")

    def connected(self):
        assert self.status == 200, self.status
        first, *fields = self.block()
        assert first == ": connected" and all(line.startswith("id: ") for line in fields), (first, fields)
        return self

    def event(self, seconds=DEADLINE):
        """The next event; what is none is passed over, as by every client: comments, an id alone."""
        lines = self.block(seconds)
        while not any(line.startswith("data:") for line in lines):
            lines = self.block(seconds)
        fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        assert set(fields) <= {"id", "event", "data"}, lines
        return Event(int(fields["id"]) if "id" in fields else None, fields["event"], json.loads(fields["data"]))

    def events(self, number):
        return [self.event() for _ in range(number)]

    def ended(self, seconds=DEADLINE):
        """Reads until the server closes the connection; what came before."""
        limit = time.monotonic() + seconds
        while True:
            self.socket.settimeout(max(limit - time.monotonic(), 0.001))
            received = self.socket.recv(65536)
            if not received:
                return self.buffer.decode("utf-8")
            self.buffer += received
