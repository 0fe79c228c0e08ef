"""Real containers of the image, through the docker command line, and plain HTTP to them."""

import http.client
import json
import subprocess
import time

# A customer of no file, for whatever does not depend on who is greeted.
SOMEBODY = {"CUSTOMER_NAME": "Somebody", "GREETING": "Hello!"}
HELLO = {"response": "Hello!"}


def docker(*arguments, check=True, timeout=60):
    """Runs the docker command line; a failed command fails the test with what docker said."""
    result = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout)
    if check and result.returncode != 0:
        raise AssertionError(f"docker {' '.join(arguments)}: {result.stderr.strip()}")
    return result


def wait_until(what, condition, seconds=15):
    """Polls until condition() is true, and gives back what it returned."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            value = condition()
            if value:
                return value
            problem = f"last saw {value!r}"
        except (OSError, http.client.HTTPException) as error:
            problem = repr(error)
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up waiting until {what}: {problem}")
        time.sleep(0.05)


class Answer:
    """A response, read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8"))

    @property
    def text(self):
        return self.body.decode("utf-8")


class Container:
    """One running container; public and management are its ports on this machine."""

    def __init__(self, name):
        self.name = name
        ports = self.inspect()["NetworkSettings"]["Ports"]
        self.public = self._published(ports, "8080/tcp")
        self.management = self._published(ports, "9090/tcp")

    @staticmethod
    def _published(ports, port):
        return int(ports[port][0]["HostPort"]) if ports.get(port) else None

    def inspect(self):
        return json.loads(docker("inspect", self.name).stdout)[0]

    def connect(self, port=None):
        return http.client.HTTPConnection("127.0.0.1", port or self.public, timeout=10)

    def get(self, path="/", host=None, method="GET", headers=None, port=None):
        connection = self.connect(port)
        try:
            connection.request(method, path, headers={**({"Host": host} if host else {}), **(headers or {})})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def manage(self, path):
        return self.get(path, port=self.management)

    def metric(self, name):
        """The value of a metric without labels."""
        for line in self.manage("/metrics").text.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise AssertionError(f"no metric {name}")

    def wait_until_alive(self):
        wait_until(f"{self.name} answers", lambda: self.manage("/livez").status == 200)
        return self

    def signal(self, name):
        docker("kill", "--signal", name, self.name)

    @property
    def running(self):
        return self.inspect()["State"]["Running"]

    def exit_code(self, seconds=15):
        """Waits for the container's end."""
        return wait_until(f"{self.name} ends", lambda: self._ended(), seconds)["ExitCode"]

    def _ended(self):
        state = self.inspect()["State"]
        return state if state["Status"] == "exited" else None

    def health(self):
        return self.inspect()["State"]["Health"]["Status"]

    def output(self):
        """What was written so far: standard output and standard error."""
        result = docker("logs", self.name)
        return result.stdout, result.stderr

    def log(self):
        """Standard output as the JSON lines it must be."""
        return [json.loads(line) for line in self.output()[0].splitlines()]
