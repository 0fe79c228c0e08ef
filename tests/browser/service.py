"""The server under test, and a client that uses its API beside the browser."""

import datetime
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

GREETER = Path(__file__).parents[2] / "build/greeter"
EDITOR, READER = "an-editor-of-the-tests", "a-reader-of-the-tests"
DEADLINE = 20
CUSTOMER = """\
customer:
  name: C
  greeting: Moin!
  greetings:
    welcome: {text: Aus der Datei, language: de, state: draft}
"""


def at(**distance):
    """A time from now, as the API writes it: at(hours=1)."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**distance)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Service:
    """Serves customer C, whose own text is "Moin!" and whose file has one draft, "welcome"."""

    def __init__(self, folder):
        self.tokens = folder / "tokens"
        self.allow(editor=EDITOR, reader=READER)
        (folder / "customers").mkdir()
        (folder / "customers/customer-c.yaml").write_text(CUSTOMER)
        self.settings = {
            "CUSTOMER_NAME": "C",
            "GREETER_CONFIG": str(folder / "customers"),
            "GREETER_STORE": f"sqlite:{folder}/greetings.db",
            "GREETER_TOKEN_FILE": str(self.tokens),
            "GREETER_HOST": "127.0.0.1",
            "GREETER_PORT": "0",
            "GREETER_MANAGEMENT_PORT": "0",
            "GREETER_LOG_FORMAT": "json",
            "GREETER_SHUTDOWN_DELAY": "0s",
            "GREETER_SHUTDOWN_GRACE": "1s",
        }
        self.process = None

    def allow(self, **tokens):
        new = self.tokens.with_suffix(".new")
        new.write_text("".join(f"{role} {token}\n" for role, token in tokens.items()))
        os.replace(new, self.tokens)

    def start(self):
        """Again on the port it had."""
        self.process = subprocess.Popen([GREETER, "serve"], env=self.settings, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "port" in json.loads(line):
                self.settings["GREETER_PORT"] = str(json.loads(line)["port"])
                return
        raise AssertionError(f"the server ended with {self.process.wait()}")

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.process.stdout.close()

    @staticmethod
    def wait_until(holds):
        end = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < end, "waited in vain"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.settings['GREETER_PORT']}"

    def call(self, method, path, body=None, token=EDITOR, content_type="application/json", revision=None):
        """The status and the body of the response."""
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = content_type
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def get(self, name):
        """A greeting; None where there is none."""
        status, body = self.call("GET", f"greetings/{name}")
        return json.loads(body) if status == 200 else None

    def put(self, name, text, **fields):
        """Creates or replaces a greeting, whatever is there."""
        there = self.get(name)
        revision = there["revision"] if there else None
        status, body = self.call("PUT", f"greetings/{name}", {"text": text, **fields}, revision=revision)
        assert status in (200, 201), body
        return json.loads(body)

    def delete(self, name):
        status, body = self.call("DELETE", f"greetings/{name}", revision=self.get(name)["revision"])
        assert status == 204, body

    def put_many(self, greetings):
        lines = "".join(json.dumps(greeting) + "\n" for greeting in greetings)
        status, body = self.call("POST", "greetings/import", lines.encode(), content_type="application/x-ndjson")
        assert status == 200, body

    def put_a_season(self):
        """What a customer's table could look like."""
        self.put_many([
            {"id": "hello", "text": "Schön, dass Sie da sind!", "language": "de", "description": "All year round"},
            {"id": "welcome-back", "text": "Good to see you!", "language": "en"},
            {"id": "black-week", "text": "20 % auf alles, nur diese Woche", "language": "de", "tags": ["sale"],
             "starts_at": at(days=4), "ends_at": at(days=9), "description": "Agreed with marketing"},
            {"id": "advent", "text": "Eine schöne Adventszeit!", "language": "de", "tags": ["season", "winter"],
             "starts_at": at(days=12), "ends_at": at(days=40)},
            {"id": "summer", "text": "Schönen Sommer!", "language": "de", "tags": ["season"],
             "starts_at": at(days=-150), "ends_at": at(days=-60)},
            {"id": "servus", "text": "Servus!", "language": "de-AT", "state": "retired"},
            {"id": "marhaba", "text": "مرحبا بكم", "language": "ar", "tags": ["abroad"]},
        ])
