"""The real program on ports that the kernel chooses: started, watched, stopped."""

import json
import os
import pathlib
import signal
import subprocess
import time

from client import Client

REPO = pathlib.Path(__file__).resolve().parents[2]
GREETER = pathlib.Path(os.environ.get("GREETER") or REPO / "build/greeter")
READER, EDITOR = "reader-of-the-tests.1", "editor-of-the-tests.1"
TOKENS = f"# of the tests\nreader {READER}\neditor {EDITOR}\n"
DEADLINE = 20


def wait_until(what, condition, seconds=DEADLINE):
    """Polls until condition() is true, and gives back what it returned."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"gave up waiting until {what}: last saw {value!r}")
        time.sleep(0.005)
    return value


class Server:
    """One process after the other in the same folder: customers, tokens, store. Settings are the environment's."""

    def __init__(self, folder, customers, **settings):
        self.folder = pathlib.Path(folder)
        self.customers = self.folder / "customers"
        self.tokens = self.folder / "tokens"
        self.database = self.folder / "greetings.db"
        self.customers.mkdir()
        for stem, content in customers.items():
            self.write_customer(stem, **content)
        self.tokens.write_text(TOKENS)
        self.settings = {
            "GREETER_CONFIG": str(self.customers),
            "GREETER_HOST": "127.0.0.1",
            "GREETER_PORT": "0",
            "GREETER_MANAGEMENT_PORT": "0",
            "GREETER_LOG_FORMAT": "json",
            "GREETER_SHUTDOWN_DELAY": "0s",
            "GREETER_WORKERS": "2",
            "GREETER_STORE": f"sqlite:{self.database}",
            "GREETER_TOKEN_FILE": str(self.tokens),
            **settings,
        }
        self.enter = ()  # a command in front of the program's
        self.process = None
        self.runs = 0

    def write_customer(self, stem, **content):
        """A values file; JSON is YAML."""
        (self.customers / f"{stem}.yaml").write_text(json.dumps({"customer": content}, ensure_ascii=False))

    def launch(self, **settings):
        """Starts the process and waits for nothing."""
        assert self.process is None or self.process.poll() is not None, "it runs already"
        self.runs += 1
        environment = {name: value for name, value in {**self.settings, **settings}.items() if value is not None}
        with open(self._file("out"), "w") as out, open(self._file("err"), "w") as err:
            self.process = subprocess.Popen([*self.enter, GREETER, "serve"], env=environment, stdout=out, stderr=err)
        return self

    def start(self, **settings):
        """Starts the process and waits until it serves."""
        self.launch(**settings)
        serving = wait_until("it serves", self._serving)
        self.port, self.management = serving["port"], serving["management_port"]
        return self

    def _serving(self):
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}: {self.errors()}")
        return self.logged("serving")

    def _file(self, kind):
        return self.folder / f"{kind}.{self.runs}"

    def client(self, **options):
        return Client(self.port, **{"token": EDITOR, **options})

    def log(self):
        """What was logged so far, as the JSON lines it must be."""
        text = self._file("out").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def logged(self, *words):
        """The last line that has all of the words, or nothing."""
        lines = [line for line in self.log() if all(word in json.dumps(line, ensure_ascii=False) for word in words)]
        return lines[-1] if lines else None

    def errors(self):
        return self._file("err").read_text(encoding="utf-8")

    def exit_code(self, seconds=DEADLINE):
        return self.process.wait(seconds)

    def stop(self, how=signal.SIGTERM):
        """Ends it as an orchestrator does, and gives back the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.exit_code()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self, **settings):
        assert self.stop() == 0
        return self.start(**settings)
