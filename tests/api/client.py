"""Plain HTTP to the program. Every response of the API is held against the description, whatever the test looks at."""

import dataclasses
import http.client
import json
import urllib.parse

import description

API = "/api/v1"
JSON, LINES, PATCH = "application/json", "application/x-ndjson", "application/merge-patch+json"


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8"))

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def lines(self):
        """The values of an NDJSON body."""
        assert self.text == "" or self.text.endswith("\n")
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def etag(self):
        return self.headers["etag"]

    def is_ok(self, status=200):
        """Itself, if the status is right."""
        assert self.status == status, f"{self.status} instead of {status}: {self.text[:2000]}"
        return self

    def problem(self, status, *words):
        """The problem details of a refusal, in whose text each of the words must be."""
        self.is_ok(status)
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == status
        for word in words:
            assert word in json.dumps(self.json, ensure_ascii=False), f"nothing of {word!r} in {self.text}"
        return self.json

    def fields(self, status=422):
        """The fields that are found faulty."""
        return sorted(fault["field"] for fault in self.problem(status)["errors"])


def read_answer(response):
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


@dataclasses.dataclass(frozen=True)
class Client:
    """Asks one customer with one token; a connection of its own for each request."""

    port: int
    host: str = "customer-a.localhost"
    token: str | None = None

    def but(self, **changes):
        return dataclasses.replace(self, **changes)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def fields(self, headers=None, content_type=None):
        """The request's fields; None leaves one out that would be there."""
        fields = {"Host": self.host, "Authorization": f"Bearer {self.token}" if self.token else None}
        fields |= {"Content-Type": content_type, **(headers or {})}
        return {name: value for name, value in fields.items() if value is not None}

    def ask(self, method, path, body=None, headers=None, content_type=None, connection=None):
        """`path` from the root; a body that is no bytes or text is sent as JSON."""
        if body is not None and not isinstance(body, (bytes, str)):
            body, content_type = json.dumps(body, ensure_ascii=False), content_type or JSON
        body = body.encode("utf-8") if isinstance(body, str) else body
        once = connection or self.connect()
        try:
            once.request(method, path, body=body, headers=self.fields(headers, content_type))
            answer = read_answer(once.getresponse())
        finally:
            if connection is None:
                once.close()
        description.check(method, path, answer)
        return answer

    def get(self, path, query=None, method="GET", **more):
        """`path` below /api/v1; `query` as pairs or a dictionary."""
        return self.ask(method, API + path + ("?" + urllib.parse.urlencode(query) if query else ""), **more)

    def put(self, id, content, match=None, **more):
        headers = {"If-Match": match, **more.pop("headers", {})}
        return self.ask("PUT", f"{API}/greetings/{id}", content, headers=headers, **more)

    def patch(self, id, content, match=None, content_type=PATCH, **more):
        headers = {"If-Match": match, **more.pop("headers", {})}
        path = f"{API}/greetings/{id}"
        return self.ask("PATCH", path, content, headers=headers, content_type=content_type, **more)

    def delete(self, id, match=None, **more):
        return self.ask("DELETE", f"{API}/greetings/{id}", headers={"If-Match": match}, **more)

    def post(self, content, path="/greetings", **more):
        return self.ask("POST", API + path, content, **more)

    def upload(self, greetings, query="", **more):
        """Imports greetings, or a text that stands for them."""
        if not isinstance(greetings, (bytes, str)):
            greetings = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in greetings)
        return self.ask("POST", f"{API}/greetings/import{query}", greetings, content_type=LINES, **more)

    def read(self, id):
        """A greeting that must be there."""
        return self.get(f"/greetings/{id}").is_ok().json

    def everything(self, query=(), limit=1000):
        """Every greeting that meets the conditions, page by page."""
        items, cursor = [], None
        while True:
            pairs = [*dict(query).items(), ("limit", limit), *([("cursor", cursor)] if cursor else [])]
            page = self.get("/greetings", pairs).is_ok().json
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def ids(self, **query):
        return [greeting["id"] for greeting in self.everything(query)]

    def greets(self, **headers):
        """GET / as a visitor."""
        return self.but(token=None).ask("GET", "/", headers={k.replace("_", "-"): v for k, v in headers.items()})
