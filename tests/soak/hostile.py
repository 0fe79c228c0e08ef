#!/usr/bin/env python3
"""Clients that keep to no rule, as a process of their own: hostile.py PORT.

Runs until its standard input ends. A line there, "crowd", "flood" or "squeeze", is carried out at once; a line of
standard output tells when it is over. The last line is what was counted and what the server did that it must not."""
import asyncio
import errno
import json
import random
import socket
import struct
import sys
import time

import mutation
from customers import HOSTILE, hosts_of
from service import LIMITS, TOLERANCE

HOST = hosts_of(HOSTILE)[0]
GET = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
HEAD = f"HEAD / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
SLACK = 4  # seconds that the server may be late: two processors for everybody
RESET = struct.pack("ii", 1, 0)
STATUSES = {100, 200, 304, 400, 404, 405, 408, 412, 413, 414, 417, 431, 501, 503, 505}


class Peer:
    """A raw connection. Whatever the server does to it is an end, not an error."""

    def __init__(self, port, source="127.0.1.1", receive_buffer=None):
        self._port, self._source, self.since = port, source, time.monotonic()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)

    async def __aenter__(self):
        self.socket.bind((self._source, 0))
        await asyncio.get_running_loop().sock_connect(self.socket, ("127.0.0.1", self._port))
        return self

    async def __aexit__(self, *_):
        self.socket.close()

    async def send(self, data, seconds=SLACK):
        """Whether all of it was taken."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_sendall(self.socket, data)
            return True
        except OSError:  # TimeoutError is one
            return False

    async def read(self, seconds, most=10_000_000):
        """Everything until the server closes, and whether it did within the time."""
        data, deadline = b"", time.monotonic() + seconds
        while len(data) < most:
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    more = await asyncio.get_running_loop().sock_recv(self.socket, 65536)
            except TimeoutError as error:
                if error.errno != errno.ETIMEDOUT:
                    return data, False
                more = b""
            except OSError:
                more = b""
            if not more:
                return data, True
            data += more
        return data, False

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()

    def finish(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # gone already


def statuses_in(data):
    """Of the responses that were read, one after the other; bodies are passed over by Content-Length."""
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 ") or not head[9:12].isdigit():
            return [*found, -1]
        lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        found.append(int(head[9:12]))
        data = rest[int(lines.get(b"Content-Length", 0)) :]
    return found


class Hostile:
    def __init__(self, port):
        self._port = port
        self._seeds = mutation.seeds()
        self.counts, self.complaints = {}, []
        self._excused_until = 0.0  # whoever was there before may have been turned away

    def require(self, kept, what):
        if not kept and len(self.complaints) < 20:
            self.complaints.append(what)

    def expect(self, peer, kept, what):
        self.require(kept or peer.since <= self._excused_until, what)

    def peer(self, **options):
        return Peer(self._port, **options)

    async def forever(self, attack, pause):
        while True:
            try:
                await attack()
            except OSError:  # refused or reset while connecting: its own fault
                await asyncio.sleep(0.5)
            self.counts[attack.__name__] = self.counts.get(attack.__name__, 0) + 1
            await asyncio.sleep(random.uniform(0, 2 * pause))

    # What runs all the time.

    async def garbage(self):
        async with self.peer() as peer:
            await peer.send(random.randbytes(random.randrange(1, 3000)))
            await self.leave(peer)

    async def mutations(self):
        async with self.peer() as peer:
            text = b"".join(mutation.mutated(self._seeds) for _ in range(random.randrange(1, 4)))
            cut = random.randrange(len(text) + 1)
            await peer.send(text[:cut])
            await asyncio.sleep(random.choice([0, 0, 0.01]))
            await peer.send(text[cut:])
            await self.leave(peer)

    async def leave(self, peer):
        """In one of the ways that clients leave."""
        way = random.randrange(4)
        if way == 0:
            return peer.reset()
        if way == 1:
            peer.finish()
        data, closed = await peer.read(0.2 if way == 2 else LIMITS["idle_timeout"] + SLACK)
        self.expect(peer, closed or way == 2, f"nobody ended a connection after {data[-300:]!r}")
        for status in statuses_in(data):
            self.expect(peer, status in STATUSES or status == -1, f"{status} in answer to garbage")

    async def reset_in_request(self):
        async with self.peer() as peer:
            await peer.send(random.choice([GET[:-2], b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nbody"]))
            peer.reset()

    async def reset_in_response(self):
        async with self.peer() as peer:
            await peer.send(GET * random.randrange(1, 30))
            await asyncio.sleep(random.choice([0, 0.001, 0.01]))
            peer.reset()

    async def finish_after_request(self):
        async with self.peer() as peer:
            number = random.randrange(1, 20)
            await peer.send(HEAD * number)
            peer.finish()
            data, closed = await peer.read(SLACK)
            self.expect(peer, closed and data.count(b"HTTP/1.1 200") == number, f"half-closed after {number} requests: {data[-200:]!r}")

    async def finish_in_request(self):
        async with self.peer() as peer:
            await peer.send(GET[: random.randrange(1, len(GET))])
            peer.finish()
            data, closed = await peer.read(SLACK)
            self.expect(peer, closed and not data, f"half-closed in a request: {data[:200]!r}")

    async def slow_head(self):
        await self.drip(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 99, 0.3, LIMITS["head_timeout"])

    async def slow_body(self):
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
        await self.drip(b"x" * 1000, 0.3, LIMITS["body_timeout"], before=head)

    async def drip(self, text, pause, limit, before=b""):
        """A byte at a time: cut off when the time is up, however much is still coming."""
        async with self.peer() as peer:
            start = time.monotonic()
            await peer.send(before)
            reading = asyncio.create_task(peer.read(limit + SLACK))
            for byte in text:
                if reading.done() or not await peer.send(bytes([byte])):
                    break
                await asyncio.sleep(pause)
            data, closed = await reading
            took = time.monotonic() - start
            self.expect(peer, closed and data.startswith(b"HTTP/1.1 408"), f"after {took:.1f} s of {limit}: {data[:100]!r}")
            self.expect(peer, took > limit - 0.5, f"408 after only {took:.1f} s of {limit}")

    async def say_nothing(self):
        async with self.peer() as peer:
            if random.random() < 0.5:
                await peer.send(HEAD)
            data, closed = await peer.read(LIMITS["idle_timeout"] + SLACK)
            self.expect(peer, closed and data.count(b"HTTP/1.1") <= 1, "an idle connection was not ended")

    async def read_nothing(self):
        """Asks for more than the system buffers, and takes none of it."""
        async with self.peer(receive_buffer=4096) as peer:
            deadline = time.monotonic() + LIMITS["send_timeout"] + 2 * SLACK
            while await peer.send(GET * 40, seconds=deadline - time.monotonic()):
                if time.monotonic() > deadline:
                    return self.expect(peer, False, "a client that takes nothing was not ended")
            self.expect(peer, time.monotonic() < deadline, "a client that takes nothing was not ended")

    async def ask_for_much(self):
        number = LIMITS["max_requests_per_connection"]
        async with self.peer() as peer:
            await peer.send(HEAD * (number + 50))
            data, closed = await peer.read(2 * SLACK)
            told = data.count(b"HTTP/1.1 200"), data.count(b"Connection: close")
            self.expect(peer, closed and told == (number, 1), f"{number + 50} requests on a connection: {told}")

    async def huge(self):
        host = b"Host: a\r\n"
        chunks = b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n"
        wanted, text = random.choice([
            (414, b"GET /" + b"x" * (LIMITS["max_target_bytes"] + 100)),
            (414, b"GET /" + b"x" * LIMITS["max_target_bytes"] + b" HTTP/1.1\r\n" + host + b"\r\n"),
            (431, b"GET / HTTP/1.1\r\n" + host + b"X: " + b"x" * (LIMITS["max_head_bytes"] + 100)),
            (431, b"GET / HTTP/1.1\r\n" + host + b"X: y\r\n" * LIMITS["max_headers"] + b"\r\n"),
            (413, b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 10000000\r\n\r\n" + b"x" * 300_000),
            (413, chunks + b"fffffff\r\n" + b"x" * 300_000),
            (413, chunks + b"1\r\nx\r\n" * 5000),
            (400, chunks + b"1;" + b"x" * 100),
            (431, chunks + b"0\r\n" + b"X: y\r\n" * 5000),
            (400, b"GET / HTTP/1.1\r\n" + host + b"X: a\nb\r\n\r\n" + GET),
        ])  # fmt: skip
        async with self.peer() as peer:
            await peer.send(text)
            data, closed = await peer.read(2 * SLACK)
            found = statuses_in(data)
            self.expect(peer, closed and found == [wanted], f"{found}, not {wanted}, for {text[:60]!r}... of {len(text)} bytes")

    # What is ordered.

    async def crowd(self):
        """More connections of one address than it may have: just so many are served."""
        most = LIMITS["max_connections_per_address"]
        served, turned_away = await self.connect({f"127.0.{random.randrange(10, 250)}.1": most + 60})
        self.require(served == most, f"{served} connections of one address were served, not {most}")
        self.require(turned_away > 0, "nobody of a crowd was told to come again")

    async def flood(self):
        """More connections than there may be, from enough addresses."""
        addresses = {f"127.0.{random.randrange(10, 250)}.{number}": 120 for number in range(1, 5)}
        served, turned_away = await self.connect(addresses)
        self.require(served <= LIMITS["max_connections"], f"{served} connections were served")
        self.require(turned_away > 0, "nobody of a flood was told to come again")

    async def connect(self, numbers):
        """Connects as often as is said of each address, then asks on all. Returns how many got a greeting's head, and how
        many a 503."""
        peers = [self.peer(source=source) for source, number in numbers.items() for _ in range(number)]

        async def ask(peer):
            try:
                await peer.__aenter__()
            except OSError:
                return 0
            await asyncio.sleep(0.3)  # for the others: all shall be there at once
            await peer.send(HEAD)
            data, _ = await peer.read(SLACK, most=1)
            return statuses_in(data)[0] if data else 0

        found = await asyncio.gather(*map(ask, peers))
        for peer in peers:
            peer.socket.close()
        return found.count(200), found.count(503)

    async def squeeze(self):
        """Unfinished bodies that come to more than may be held for all clients together."""
        body = b"x" * (LIMITS["max_body_bytes"] - 1)
        head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode()
        number = LIMITS["max_buffer_bytes"] // len(body) + 60

        async def hold(peer):
            try:
                await peer.__aenter__()
                await peer.send(head + body)
                return await peer.read(2)
            except OSError:
                return b"", True
            finally:
                peer.socket.close()

        ends = await asyncio.gather(*(hold(self.peer(source=f"127.0.{250 + n % 3}.1")) for n in range(number)))
        self.require(any(data.startswith(b"HTTP/1.1 503") for data, _ in ends), "no end of what is held for unfinished bodies")

    async def run(self):
        attacks = [
            (self.garbage, 0.1), (self.mutations, 0.03), (self.mutations, 0.03), (self.reset_in_request, 0.1),
            (self.reset_in_response, 0.1), (self.finish_after_request, 0.2), (self.finish_in_request, 0.2),
            (self.slow_head, 0.1), (self.slow_head, 0.1), (self.slow_body, 0.1), (self.say_nothing, 0.1),
            (self.say_nothing, 0.1), (self.read_nothing, 0.1), (self.read_nothing, 0.1), (self.ask_for_much, 2), (self.huge, 0.1),
        ]  # fmt: skip
        tasks = [asyncio.create_task(self.forever(*attack)) for attack in attacks]
        await self.obey(tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        print(json.dumps({"counts": self.counts, "complaints": self.complaints}), flush=True)

    async def obey(self, tasks):
        orders = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        while order := (await orders.readline()).decode().strip():
            if order != "crowd":
                self._excused_until = float("inf")
            await {"crowd": self.crowd, "flood": self.flood, "squeeze": self.squeeze}[order]()
            if order != "crowd":
                self._excused_until = time.monotonic() + TOLERANCE
            self.counts[order] = self.counts.get(order, 0) + 1
            print(json.dumps({"done": order}), flush=True)
            for task in tasks:
                if task.done():
                    task.result()  # a fault of this program


if __name__ == "__main__":
    asyncio.run(Hostile(int(sys.argv[1])).run())
