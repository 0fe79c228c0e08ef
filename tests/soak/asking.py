"""What good clients ask, and what each answer has to be."""
import dataclasses
import random

import answers
import customers
from answers import Wrong


@dataclasses.dataclass
class Request:
    """One request and its check. `least` is filled in when it is sent: the oldest generation that may be answered."""

    text: bytes
    customer: str | None
    method: str
    version: str
    connection: str | None
    check: callable
    least: int = 0
    later: bytes = b""  # sent after "100 Continue"

    @property
    def without_body(self):
        return self.method == "HEAD"


VARY = b"Vary: Accept, Accept-Language"


def greeting_lines(tag, length):
    return [b"Content-Type: application/json", b"Cache-Control: no-cache", VARY, b"ETag: " + tag, b"Content-Length: %d" % length]


class Checks:
    """Checks for requests to "/". Each returns the generation that it has seen, or None."""

    def __init__(self, truth, findings):
        self._truth, self._findings = truth, findings
        self._unknown_tags = []  # of answers without a body, until a greeting shows what they stand for

    def greeting(self, request, answer):
        if self._is_missing_guest(request, answer):
            return None
        tag = answer.take(answers.ETAG)
        answers.check_lines(answer, 200, greeting_lines(tag, len(answer.body)))
        generation = self._truth.generation_in(request.customer, answer.body)
        if generation is None:
            raise Wrong(f"{request.customer} is answered {answer.body[:200]!r}")
        self._be_possible(request.customer, generation, request.least)
        if not self._truth.learn_tag(tag, request.customer, generation):
            raise Wrong(f"{tag} stands for {self._truth.tags[tag]} and for {request.customer} {generation}")
        self._findings.count(f"greeted {request.customer}")
        return generation

    def head(self, request, answer):
        if self._is_missing_guest(request, answer):
            return None
        tag = answer.take(answers.ETAG)
        answers.check_lines(answer, 200, greeting_lines(tag, answers.length_of(answer.lines)))
        generation = self._generation_of(tag, request)
        if generation and answers.length_of(answer.lines) != len(customers.body_of(request.customer, generation)):
            raise Wrong(f"HEAD tells another length than GET: {answer.lines}")
        return generation

    def unless_match(self, tags):
        """For a GET with If-None-Match: what has one of the tags now is not sent again."""

        def check(request, answer):
            if answer.status != 304:
                generation = self.greeting(request, answer)
                if generation and answer.take(answers.ETAG) in tags:
                    raise Wrong("a greeting was sent again in spite of If-None-Match")
                return generation
            tag = answer.take(answers.ETAG)
            answers.check_lines(answer, 304, [b"Cache-Control: no-cache", VARY, b"ETag: " + tag])
            if tag not in tags and tags:
                raise Wrong(f"304 with {tag}, which is none of {tags}")
            return self._generation_of(tag, request)

        return check

    def only_match(self, tag):
        """For a GET with If-Match."""

        def check(request, answer):
            if answer.status != 412:
                generation = self.greeting(request, answer)
                if generation and answer.take(answers.ETAG) != tag:
                    raise Wrong("another greeting was sent in spite of If-Match")
                return generation
            answers.check_problem(answer, 412)
            if self._is_now(tag, request):
                raise Wrong(f"412, but {tag} is what is there")
            return None

        return check

    def _is_now(self, tag, request):
        """Whether the tag stands for the only generation that may be answered."""
        return self._truth.tags.get(tag) == (request.customer, self._truth.begun[request.customer]) and (
            request.least == self._truth.begun[request.customer]
        )

    def _is_missing_guest(self, request, answer):
        if answer.status != 404:
            return False
        answers.check_problem(answer, 404)
        if not self._truth.may_be_missing(request.customer, request.least):
            raise Wrong(f"{request.customer} is not known")
        return True

    def _be_possible(self, customer, generation, least):
        if not self._truth.is_possible(customer, generation, least):
            newest, refused = self._truth.begun[customer], generation in self._truth.refused
            raise Wrong(f"{customer} is of generation {generation}, not {least} to {newest}{' (refused)' * refused}")

    def _generation_of(self, tag, request):
        known = self._truth.tags.get(tag)
        if known is None:
            self._unknown_tags.append((tag, request.customer, request.least, self._truth.begun[request.customer]))
            return None
        if known[0] != request.customer:
            raise Wrong(f"{request.customer} is answered with the entity tag of {known}")
        self._be_possible(request.customer, known[1], request.least)
        return known[1]

    def finish(self):
        """Checks what could not be checked before."""
        for tag, customer, least, most in self._unknown_tags:
            if not self._truth.may_stand_for(tag, customer, range(least, most + 1)):
                self._findings.fail("an entity tag of nothing", f"{tag} of {customer}, generation {least} to {most}")


def check_not_allowed(_, answer):
    answers.check_problem(answer, 405, [b"Allow: GET, HEAD"])


def check_not_found(_, answer):
    answers.check_problem(answer, 404)


def check_health(_, answer):
    answers.check_date(answer)
    if answer.status != 200 or answer.body != b'{"status":"ok"}':
        raise Wrong(f"/health is {answer.status} {answer.body!r}")


class Requests:
    """Makes requests as well-behaved clients send them."""

    def __init__(self, truth, findings):
        self._truth = truth
        self.checks = Checks(truth, findings)
        self._kinds = [
            (60, self._get), (8, self._head), (10, self._unless_match), (4, self._only_match), (6, self._absolute),
            (3, self._post), (2, self._post_chunks), (2, self._post_expecting), (2, self._health), (2, self._nothing),
            (2, self._stranger),
        ]  # fmt: skip

    def any(self):
        weights, makers = zip(*self._kinds)
        return random.choices(makers, weights)[0]()

    def greeting(self, customer, connection=None, version="1.1", host=None):
        host = host or random.choice(customers.hosts_of(customer))
        return self._request("GET", "/", host, self.checks.greeting, customer=customer, connection=connection, version=version)

    def _request(self, method, target, host, check, lines="", body=b"", customer=None, connection=None, version="1.1"):
        if connection:
            lines += f"Connection: {connection}\r\n"
        text = f"{method} {target} HTTP/{version}\r\nHost: {host}\r\n{lines}\r\n".encode() + body
        return Request(text, customer, method, version, connection, check)

    def _one(self):
        customer = random.choice(customers.GOOD)
        host = random.choice(customers.hosts_of(customer))
        return customer, random.choice([host, host.upper(), f"{host}:8080"])

    def _get(self):
        customer, host = self._one()
        target = random.choice(["/", "/", "/?", f"/?q={random.random()}"])
        return self._request("GET", target, host, self.checks.greeting, customer=customer)

    def _head(self):
        customer, host = self._one()
        return self._request("HEAD", "/", host, self.checks.head, customer=customer)

    def _unless_match(self):
        customer, host = self._one()
        tags = [tag for tag, (owner, _) in list(self._truth.tags.items())[-30:] if owner == customer]
        listed = b", ".join(random.choice([b"", b"W/"]) + tag for tag in tags).decode() or "*"
        check = self.checks.unless_match(tags)
        return self._request("GET", "/", host, check, f"If-None-Match: {listed}\r\n", customer=customer)

    def _only_match(self):
        customer, host = self._one()
        tags = [tag for tag, (owner, _) in list(self._truth.tags.items())[-30:] if owner == customer]
        if not tags:
            return self._get()
        tag = random.choice(tags)
        return self._request("GET", "/", host, self.checks.only_match(tag), f"If-Match: {tag.decode()}\r\n", customer=customer)

    def _absolute(self):
        customer, host = self._one()
        return self._request("GET", f"http://{host}/", "soak-1.parcellab.com", self.checks.greeting, customer=customer)

    # Whatever is in a body, it is no request.
    def _smuggled(self):
        return f"GET / HTTP/1.1\r\nHost: {customers.hosts_of('soak-1')[0]}\r\n\r\n".encode() * random.randrange(1, 20)

    def _post(self):
        body = self._smuggled()
        return self._request("POST", "/", self._one()[1], check_not_allowed, f"Content-Length: {len(body)}\r\n", body)

    def _post_chunks(self):
        data, body = self._smuggled(), b""
        while data:
            size = random.randrange(1, 200)
            body += b"%x;x\r\n%s\r\n" % (len(data[:size]), data[:size])
            data = data[size:]
        body += b"0\r\nX-Trailer: x\r\n\r\n"
        return self._request("POST", "/", self._one()[1], check_not_allowed, "Transfer-Encoding: chunked\r\n", body)

    def _post_expecting(self):
        body = self._smuggled()
        lines = f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n"
        request = self._request("POST", "/", self._one()[1], check_not_allowed, lines)
        request.later = body
        return request

    def _health(self):
        return self._request("GET", random.choice(["/health", "/%68ealth"]), self._one()[1], check_health)

    def _nothing(self):
        return self._request("GET", random.choice(["/nothing", "//", "/./", "/%2F", "/../"]), self._one()[1], check_not_found)

    def _stranger(self):
        return self._request("GET", "/", f"x.{self._one()[1]}", check_not_found)
