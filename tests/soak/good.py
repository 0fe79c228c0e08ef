"""Clients that keep to the rules and check every byte of every answer."""
import asyncio
import random
import time

import answers
import customers
from answers import Gone, Wrong
from asking import Requests

DEADLINE = 15  # seconds that an answer may take before it counts as never given


class GoodClients:
    """A number of tasks on this event loop. While `tolerant`, the server may turn new clients away."""

    def __init__(self, address, truth, findings, durations):
        self._address, self._truth, self._findings, self._durations = address, truth, findings, durations
        self.requests = Requests(truth, findings)
        self.tolerant = self.stopping = False
        self._tasks = []

    def start(self, number):
        self._tasks = [asyncio.create_task(self._client(kind % 6)) for kind in range(number)]

    async def stop(self):
        """Every request on its way gets its answer."""
        self.stopping = True
        for fault in await asyncio.gather(*self._tasks, return_exceptions=True):
            if fault:
                self._findings.fail("a good client broke", repr(fault))

    async def _client(self, kind):
        while not self.stopping:
            try:
                async with asyncio.timeout(60):
                    await self._visit(kind)
            except Wrong as wrong:
                self._findings.fail("a wrong answer", str(wrong))
            except (TimeoutError, asyncio.TimeoutError):
                self._findings.fail("an answer that never came", f"to a good client of kind {kind}")
            await asyncio.sleep(random.uniform(0, 0.1))

    async def _visit(self, kind):
        """One connection, from its start to its end."""
        try:
            reader, writer = await asyncio.open_connection(*self._address)
        except OSError as error:
            if not self.tolerant and not self.stopping:
                self._findings.fail("a good client could not connect", repr(error))
            return
        visit = Visit(self, reader, writer)
        try:
            await [visit.one_by_one, visit.pipelined, visit.once, visit.in_pieces, visit.http_1_0, visit.half_closed][kind]()
        except Gone as gone:
            self._gone(visit, gone)
        finally:
            visit.close()

    def _gone(self, visit, gone):
        if visit.turned_away or self.tolerant:
            self._findings.count("turned away")
            if not visit.turned_away or visit.answered: # else nothing of it was looked at
                self._findings.count("without answer", len(visit.due))
        elif not (self.stopping and not visit.due):
            self._findings.fail("a connection ended before its answer", f"{gone}, {visit.answered} answers before")


class Visit:
    """A connection of a good client."""

    def __init__(self, clients, reader, writer):
        self._clients, self._reader, self._writer = clients, reader, writer
        self._truth, self._findings = clients._truth, clients._findings
        self._least = dict.fromkeys(self._truth.begun, 0)  # by customer: what this connection has seen
        self.due = []  # sent and not yet answered
        self.answered = 0
        self.ended = self.turned_away = False

    def close(self):
        if random.random() < 0.1:
            self._writer.transport.abort()  # some clients leave without a word
        self._writer.close()

    async def one_by_one(self):
        for _ in range(random.randrange(1, 200)):
            if self.ended or self._clients.stopping:
                return
            await self._ask([self._clients.requests.any()])
            await asyncio.sleep(random.choice([0, 0.02, 0.05]))

    async def pipelined(self):
        while not self.ended and not self._clients.stopping:
            requests = [self._clients.requests.any() for _ in range(random.randrange(2, 60))]
            await self._ask([request for request in requests if not request.later])
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def once(self):
        await self._ask([self._greeting("close")])
        await self._end()

    async def in_pieces(self):
        for _ in range(3):
            if not self.ended:
                await self._ask([self._clients.requests.any()], pieces=random.randrange(2, 6))

    async def http_1_0(self):
        for _ in range(random.randrange(1, 5)):
            if not self.ended:
                await self._ask([self._greeting("keep-alive", "1.0")])
        if not self.ended:
            await self._ask([self._greeting(None, "1.0")])
        await self._end()

    async def half_closed(self):
        requests = [self._greeting() for _ in range(random.randrange(1, 40))]
        await self._ask(requests, half_close=True)
        await self._end()

    def _greeting(self, connection=None, version="1.1"):
        return self._clients.requests.greeting(random.choice(customers.GOOD), connection, version)

    async def _ask(self, requests, pieces=1, half_close=False):
        """Sends all and reads all answers, or those up to the one that ends the connection."""
        for request in requests:
            if request.customer:
                request.least = max(self._least[request.customer], self._truth.confirmed[request.customer])
        self.due = list(requests)
        await self._send(b"".join(request.text for request in requests), pieces)
        start = time.monotonic()
        if half_close:
            self._half_close()
        async with asyncio.timeout(DEADLINE):
            while self.due and not self.ended:
                await self._take(self.due[0])
                self._clients._durations.add(time.monotonic() - start)

    async def _send(self, text, pieces):
        cuts = sorted(random.sample(range(1, len(text)), min(pieces - 1, len(text) - 1)))
        for begin, end in zip([0, *cuts], [*cuts, len(text)]):
            self._writer.write(text[begin:end])
            if end < len(text):
                await asyncio.sleep(0.02)

    def _half_close(self):
        try:
            self._writer.write_eof()
        except OSError as error:
            raise Gone(repr(error)) from error

    async def _take(self, request):
        answer = await answers.read_answer(self._reader, request.without_body)
        if answer.status == 503 and self._clients.tolerant:
            answers.check_problem(answer, 503, [b"Retry-After: 1", answers.CLOSE])
            self.turned_away = True
            raise Gone("503")
        if request.later and answer.status == 100:
            if answer.lines:
                raise Wrong(f"100 with {answer.lines}")
            self._writer.write(request.later)
            answer = await answers.read_answer(self._reader, request.without_body)
        if request.customer:
            request.least = max(request.least, self._least[request.customer])
        answers.check_persistence(answer, request.version, request.connection)
        generation = request.check(request, answer)
        if generation is not None:
            self._least[request.customer] = generation
            self._truth.confirm(request.customer, generation)
        self.due.pop(0)
        self.answered += 1
        self.ended = answer.closes
        self._findings.count("answers")

    async def _end(self):
        """The server closes, and says nothing more."""
        async with asyncio.timeout(DEADLINE):
            try:
                rest = await self._reader.read()
            except OSError as error:
                raise Gone(repr(error)) from error
        if rest:
            raise Wrong(f"{rest[:200]!r} after the last answer")
