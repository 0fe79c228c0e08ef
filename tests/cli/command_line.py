"""A real server, and the command line that looks after its greetings."""

import json
import os
import subprocess
import threading
import time
from pathlib import Path

REPO = Path(__file__).parents[2]
GREETER = Path(os.environ.get("GREETER_BINARY", REPO / "build/greeter"))
SERVER = Path(os.environ.get("GREETER_SERVER_BINARY", GREETER))
EDITOR_TOKEN, READER_TOKEN = "editor-token-0123456789", "reader-token-0123456789"
DEADLINE = 30


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if value := condition():
            return value
        threading.Event().wait(0.02)
    raise AssertionError(f"gave up waiting for {what}")


class Server:
    """greeter serve with a store, all customers by host, on a port that stays the same when it starts again."""

    def __init__(self, folder, **settings):
        self.folder, self.process, self.port = folder, None, 0
        self.tokens = folder / "tokens"
        self.tokens.write_text(f"# who may\nreader {READER_TOKEN}\neditor {EDITOR_TOKEN}\n")
        self.tokens.chmod(0o600)
        self.settings = {"GREETER_CONFIG": str(REPO / "customer-values"), "GREETER_STORE": f"sqlite:{folder}/greetings.db"}
        self.settings |= {"GREETER_TOKEN_FILE": str(self.tokens), "GREETER_HOST": "127.0.0.1", "GREETER_LOG_FORMAT": "json"}
        self.settings |= {"GREETER_MANAGEMENT_PORT": "0", "GREETER_SHUTDOWN_DELAY": "0s", "GREETER_SHUTDOWN_GRACE": "2s"} | settings

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        environment = self.settings | {"GREETER_PORT": str(self.port)}
        with open(self.folder / "server.err", "ab") as errors:
            self.process = subprocess.Popen([SERVER, "serve"], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        for line in self.process.stdout:
            if "port" in (event := json.loads(line)):
                self.port = event["port"]
                break
        else:
            raise AssertionError((self.folder / "server.err").read_text())
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)


class CommandLine:
    """greeter, called as somebody would who has set up nothing but what `variables` say."""

    def __init__(self, home, **variables):
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm"} | variables

    def start(self, *arguments, **options):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        return subprocess.Popen([GREETER, *map(str, arguments)], env=self.environment, **pipes)

    def __call__(self, *arguments, input="", variables=None):
        return subprocess.run([GREETER, *map(str, arguments)], env=self.environment | (variables or {}), input=input,
                              capture_output=True, text=True, timeout=60)

    def json(self, *arguments):
        result = self(*arguments, "--output", "json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)
