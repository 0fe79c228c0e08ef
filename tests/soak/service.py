"""The program under test as a process: its ports, its metrics, and what the system says of it."""
import dataclasses
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import time

# What the run sets, and its clients count on. Small, so that every limit is met within a minute.
LIMITS = {
    "max_connections": 400,
    "max_connections_per_address": 150,
    "max_head_bytes": 16384,
    "max_target_bytes": 4000,
    "max_headers": 64,
    "max_body_bytes": 65536,
    "max_buffer_bytes": 8 * 1024 * 1024,
    "max_requests_per_connection": 500,
    "max_requests_per_turn": 16,
    "head_timeout": 3,
    "body_timeout": 4,
    "idle_timeout": 5,
    "send_timeout": 3,
}
SHUTDOWN_DELAY, SHUTDOWN_GRACE = 1, 5
TOLERANCE = 2.5  # seconds that a flood's effects last: lingering connections, and those in the listener's queue


@dataclasses.dataclass
class Sample:
    time: float
    anonymous: int  # bytes of resident memory that no file backs: what a leak makes grow
    resident: int
    descriptors: int
    threads: int
    cpu: float  # seconds of processor time so far
    quiet: bool = True  # no flood is going on


class Service:
    """Started by the constructor; stop() or kill() ends it. Ends with this process, whatever becomes of that."""

    def __init__(self, greeter, config, folder):
        self.port = self.management = 0  # until it is ready
        self.log, self.errors = folder / "log", folder / "errors"
        with self.log.open("wb") as log, self.errors.open("wb") as errors:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", greeter, "serve"],
                env=self._environment(config),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the run, which then ends this one in its own way
            )
        self.pid = self._process.pid

    def _environment(self, config):
        own = {name: value for name, value in os.environ.items() if not name.startswith(("GREET", "CUSTOMER_NAME"))}
        own |= {
            "GREETER_CONFIG": str(config),
            "GREETER_HOST": "127.0.0.1",
            "GREETER_PORT": "0",
            "GREETER_MANAGEMENT_PORT": "0",
            "GREETER_WORKERS": "2",
            "GREETER_LOG_FORMAT": "json",
            "GREETER_SHUTDOWN_DELAY": f"{SHUTDOWN_DELAY}s",
            "GREETER_SHUTDOWN_GRACE": f"{SHUTDOWN_GRACE}s",
        }
        for name, value in LIMITS.items():
            own[f"GREETER_{name.upper()}"] = f"{value}s" if name.endswith("timeout") else str(value)
        return own

    def wait_until_ready(self, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.is_running():
            serving = [event for event in self._logged() if event.get("message") == "serving"]
            if serving:
                self.port, self.management = serving[0]["port"], serving[0]["management_port"]
                return
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start: {self.errors.read_text() or self.log.read_text()}")

    def is_running(self):
        return self._process.poll() is None

    def end(self):
        return f"the server has come to an end by itself, with exit code {self._process.returncode}"

    def _get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.management, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def metrics(self):
        """Samples by their whole name, labels included."""
        lines = [line for line in self._get("/metrics")[1].splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def sample(self):
        proc = pathlib.Path(f"/proc/{self.pid}")
        status = dict(re.findall(r"^(\w+):\s+(\d+)", (proc / "status").read_text(), re.M))
        times = (proc / "stat").read_text().rsplit(")", 1)[1].split()
        return Sample(
            time=time.monotonic(),
            anonymous=int(status["RssAnon"]) * 1024,
            resident=int(status["VmRSS"]) * 1024,
            descriptors=len(os.listdir(proc / "fd")),
            threads=int(status["Threads"]),
            cpu=(int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK"),
        )

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)

    def exit_code(self, seconds):
        """None: it still runs after this time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        self._process.kill()
        self._process.wait()

    def _logged(self):
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                yield {"level": "no JSON", "message": line}

    def complaints(self):
        """What it logged above info."""
        return [event for event in self._logged() if event.get("level") != "info"]
