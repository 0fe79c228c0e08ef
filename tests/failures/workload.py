"""Writers and readers over the HTTP interface of the instances. What they saw is their history."""

import http.client
import json
import random
import threading
import time

from history import COUNTER, OK, REFUSED, UNDONE, UNKNOWN, Greeting, History, Read, Write
from server import EDITOR, wait_until

WRITERS = 8
ALL = "/api/v1/greetings"
SHARED = [COUNTER, "one", "two", "three"]
PATIENCE = 20  # seconds that a client waits for an answer


class NotSent(Exception):
    """Nobody took the connection."""


class NoAnswer(Exception):
    """It was sent, and the connection ended."""


class Client:
    """One connection that is kept, as long as the instance does."""

    def __init__(self, address, port):
        self.address, self.port = address, port
        self.connection = None

    def ask(self, method, path, content=None, **fields):
        """Status and body. What may be sent twice is, where a kept connection had ended."""
        if self.connection and method == "GET":
            try:
                return self._ask(method, path, content, fields)
            except NoAnswer:
                pass
        return self._ask(method, path, content, fields)

    def _ask(self, method, path, content, fields):
        if not self.connection:
            connection = http.client.HTTPConnection(self.address, self.port, timeout=PATIENCE)
            try:
                connection.connect()
            except OSError as error:
                raise NotSent(repr(error)) from error
            self.connection = connection
        headers = {"Authorization": f"Bearer {EDITOR}", **{name.replace("_", "-"): text for name, text in fields.items()}}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            self.connection.request(method, path, json.dumps(content) if content is not None else None, headers)
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(repr(error)) from error
        if response.will_close:
            self.close()
        return response.status, body.decode()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def tables_agree(tables):
    first, *rest = tables.values()
    return all(table == first for table in rest)


class Workload:
    def __init__(self, instances, seed):
        self.instances = instances
        self.seed = seed
        self.history = History()
        self.over = threading.Event()
        self.errors = []
        self.acknowledged = [0] * WRITERS
        self.restored = None  # when the failure ended, where that is for the test to say
        jobs = [(self._write, number) for number in range(WRITERS)]
        jobs += [(job, instance) for instance in instances for job in (self._read, self._be_greeted)]
        self.threads = [threading.Thread(target=self._run, args=job, daemon=True) for job in jobs]

    def start(self):
        self._clear()
        self.visits_before = self._visits()
        for thread in self.threads:
            thread.start()
        self.go_on()
        return self

    def go_on(self, *instances, seconds=30):
        """Waits until every writer (of these instances) has three more writes acknowledged."""
        among = [number for number in range(WRITERS) if not instances or self._instance(number) in instances]
        wanted = {number: self.acknowledged[number] + 3 for number in among}
        wait_until(
            "every writer goes on",
            lambda: self.errors or all(self.acknowledged[number] >= least for number, least in wanted.items()),
            seconds,
        )

    def refused(self, since, *instances, seconds=30):
        """Waits until each of these instances (of all) has refused a write that began after `since`."""
        wanted = {instance.name for instance in instances or self.instances}

        def names():
            writes = self.history.writes[-1000:]
            return {write.instance for write in writes if write.begun > since and write.outcome in (UNDONE, UNKNOWN)}

        wait_until("every instance refuses writes", lambda: self.errors or names() >= wanted, seconds)

    def restore(self):
        self.restored = time.monotonic()

    def pause_after_restoring(self):
        ends = [write.ended for write in self.history.writes if write.outcome == OK and write.ended > self.restored]
        return min(ends) - self.restored

    def acknowledged_between(self, begin, end):
        return [w for w in self.history.writes if w.outcome == OK and begin < w.begun and w.ended < end]

    def away(self, instance, end):
        """Ends an instance, of which no answers are expected then."""
        self.history.away[instance.name] = (time.monotonic(), float("inf"))
        end()

    def kill(self, instance):
        self.away(instance, instance.kill)
        self.history.killed[instance.name] = time.monotonic()

    def back(self, instance, start):
        start()
        self.history.away[instance.name] = (self.history.away[instance.name][0], time.monotonic())

    def _instance(self, number):
        return self.instances[number % len(self.instances)]

    def stop(self):
        self.over.set()
        for thread in filter(threading.Thread.is_alive, self.threads):
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a client still waits"

    def finish(self, more_tables):
        """Ends it; what every instance has in the end, and what these functions by name say, is part of the history."""
        self.stop()
        assert not self.errors, self.errors[0]
        end = time.monotonic() + 10
        while not tables_agree(tables := self._tables(more_tables)) and time.monotonic() < end:
            pass
        self.history.final = tables
        given = sum(greeting.text is not None for greeting in self.history.greetings)
        end = time.monotonic() + 5
        while (visits := self._visits() - self.visits_before) < given and time.monotonic() < end:
            pass
        self.history.visits = visits
        return self.history

    def _tables(self, more):
        tables = {instance.name: self._table(instance) for instance in self.instances}
        return tables | {name: read() for name, read in more.items()}

    def _table(self, instance):
        status, body = self._client(instance).ask("GET", f"{ALL}?limit=1000")
        assert status == 200, body
        return {each["id"]: (each["revision"], each["text"]) for each in json.loads(body)["items"]}

    def _visits(self):
        """All that are counted, as soon as the store says so."""

        def ask():
            status, body = self._client(self.instances[0]).ask("GET", "/api/v1/visits")
            return (status, body) if status != 503 else None

        status, body = wait_until("visits can be read", ask, 10)
        assert status == 200, body
        return json.loads(body)["total"]

    def _clear(self):
        client = self._client(self.instances[0])

        def cleared():
            for key, (revision, _) in self._table(self.instances[0]).items():
                client.ask("DELETE", f"{ALL}/{key}", If_Match=f'"{revision}"')
            return not any(map(self._table, self.instances))

        wait_until("nothing is left of the case before", cleared)

    def _client(self, instance):
        return Client(instance.address, instance.port)

    def _run(self, job, argument):
        try:
            job(argument)
        except Exception as error:  # noqa: BLE001 the test fails with it
            self.errors.append(error)
            self.over.set()

    # Writers

    def _write(self, number):
        chance = random.Random(f"{self.seed} {number}")
        instance = self._instance(number)
        client = self._client(instance)
        count = 0
        while not self.over.wait(0.02):
            count += 1
            name = f"{number}.{count}"
            key = COUNTER if chance.random() < 0.4 else chance.choice([*SHARED[1:], f"of-{number}"])
            try:
                revision, text = self._look(client, instance, key)
            except (NotSent, NoAnswer):
                continue
            write = self._choose(chance, name, key, revision, text)
            outcome = self._attempt(client, instance, *write)
            for _ in range(3):  # what was not acknowledged is sent again, or given up
                if outcome not in (UNDONE, UNKNOWN) or chance.random() < 0.5 or self.over.wait(0.1):
                    break
                outcome = self._attempt(client, instance, *write)
            self.acknowledged[number] += outcome == OK

    def _look(self, client, instance, key):
        status, body = client.ask("GET", f"{ALL}/{key}")
        if status == 503 and instance.name in self.history.away:
            raise NoAnswer(body)  # it has not read the store since it started
        assert status in (200, 404), f"{status}: {body}"
        greeting = json.loads(body)
        return (greeting["revision"], greeting["text"]) if status == 200 else (0, None)

    def _choose(self, chance, name, key, revision, text):
        """What to send for a key that has this revision and text: name, key, text, base, condition."""
        must_be = {"If_Match": f'"{revision}"'} if revision else {"If_None_Match": "*"}
        if key == COUNTER:
            return name, key, f"{int(text.split()[0]) + 1 if text else 1} {name}", revision, must_be
        if revision and chance.random() < 0.15:
            return name, key, None, revision, must_be
        if revision and chance.random() < 0.15:
            return name, key, name, None, {"If_Match": "*"}
        return name, key, name, revision, must_be

    def _attempt(self, client, instance, name, key, text, base, condition):
        begun = time.monotonic()
        revision = None
        try:
            if text is None:
                status, body = client.ask("DELETE", f"{ALL}/{key}", **condition)
            else:
                status, body = client.ask("PUT", f"{ALL}/{key}", {"text": text}, **condition)
            outcome = outcome_of(status, body)
            if outcome == OK and text is not None:
                revision = json.loads(body)["revision"]
        except NotSent:
            outcome = UNDONE
        except NoAnswer:
            outcome = UNKNOWN
        ended = time.monotonic()
        self.history.writes.append(Write(name, key, text, base, instance.name, begun, ended, outcome, revision))
        return outcome

    # Readers

    def _read(self, instance):
        client, management = self._client(instance), Client(instance.address, instance.management)
        before = None
        while not self.over.wait(0.01):
            try:
                reads = [self._read_one(client, instance, key) for key in (*SHARED, "of-0", "of-1")]
                after = resets(management)
            except (NotSent, NoAnswer):
                before = None
                continue
            if None in (before, after):  # it has not read the store yet
                before = after
                continue
            same = after if before == after else None
            self.history.reads += [Read(*read, resets=same) for read in reads]
            before = after

    def _read_one(self, client, instance, key):
        begun = time.monotonic()
        revision, text = self._look(client, instance, key)
        return key, instance.name, begun, time.monotonic(), revision or None, text

    def _be_greeted(self, instance):
        client = self._client(instance)
        while not self.over.wait(0.005):
            begun = time.monotonic()
            try:
                status, body = client.ask("GET", "/")
                text, problem = (json.loads(body)["response"], "") if status == 200 else (None, f"{status}: {body}")
            except (NotSent, NoAnswer) as error:
                text, problem = None, repr(error)
            self.history.greetings.append(Greeting(instance.name, begun, time.monotonic(), text, problem))


def outcome_of(status, body):
    if status in (200, 201, 204):
        return OK
    if status in (404, 412):
        return REFUSED
    assert status == 503, f"{status}: {body}"
    return UNKNOWN if "whether" in body else UNDONE


def resets(management):
    """How often it had to read the store anew; None: it never has read it."""
    status, body = management.ask("GET", "/metrics")
    assert status == 200, body
    values = {line.split()[0]: float(line.split()[1]) for line in body.splitlines() if line.startswith("greeter_store_")}
    return values["greeter_store_resets_total"] if values["greeter_store_loaded"] else None
