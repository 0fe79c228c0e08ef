"""What the e2e tests do to the site and ask of it, all from outside: scripts, kubectl, helm and HTTP."""
import http.client
import json
import os
import subprocess
import time
from pathlib import Path

import yaml

REPO = Path(__file__).parents[2]
PREFIX = os.environ.get("E2E_PREFIX", "e2e-")  # another one lets two runs use one cluster
DOMAIN = "parcellab.com"
OPERATOR, STORE = f"{PREFIX}operator", f"{PREFIX}store"
NO_IMAGE = {"tag": "does-not-exist", "pullPolicy": "Never"}  # nobody is asked for it, so the answer comes at once
TOOLS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "greeter/bin"


def wait_until(seconds, what, condition):
    """Polls until the condition holds and returns its value; fails, naming what it waited for, after the deadline. A
    request that gets no answer is one of the things that may pass."""
    deadline = time.monotonic() + seconds
    while True:
        problem = ""
        try:
            if value := condition():
                return value
        except (OSError, http.client.HTTPException) as error:
            problem = f" ({error!r})"
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}{problem}"
        time.sleep(0.1)


class Site:
    def __init__(self, values, kubeconfig, domain=DOMAIN):
        self.values = values
        self.env = {**os.environ, "CUSTOMER_VALUES": str(values), "DOMAIN": domain, "YES": "1", "OPERATOR_RELEASE": OPERATOR, "STORE_RELEASE": STORE,
                    "PATH": f"{TOOLS}:{os.environ['PATH']}"}
        if kubeconfig:
            self.env["KUBECONFIG"] = kubeconfig
        self.env.setdefault("TIMEOUT", "2m")
        if "IMAGE" not in self.env:  # built once for all the deploys of a run
            self.env["IMAGE"] = self.output(REPO / "scripts/build-image")

    # Commands

    def run(self, script, *arguments, **env):
        return subprocess.run([REPO / "scripts" / script, *arguments], env={**self.env, **env}, capture_output=True, text=True)

    def must(self, script, *arguments, **env):
        result = self.run(script, *arguments, **env)
        assert result.returncode == 0, f"{script} failed:\n{result.stdout}{result.stderr}"
        return result

    def start(self, script, **env):
        """In a process group of its own, so that it can be killed with all that it started."""
        return subprocess.Popen([REPO / "scripts" / script], env={**self.env, **env}, start_new_session=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def output(self, *command):
        result = subprocess.run(command, env=self.env, capture_output=True, text=True)
        assert result.returncode == 0, f"{command}: {result.stderr}"
        return result.stdout.strip()

    def kubectl(self, *arguments):
        return self.output("kubectl", *arguments)

    def objects(self, kind, name):
        return json.loads(self.kubectl("-n", name, "get", kind, "-o", "json"))["items"]

    # Customers and their files

    def file(self, name):
        return self.values / f"{name}.yaml"

    def write(self, name, greeting, greetings=None, **values):
        document = {"customer": {"name": name, "greeting": greeting} | ({"greetings": greetings} if greetings else {}), **values}
        self.file(name).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    def customers(self):
        """Stem -> greeting, as the files say."""
        return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))["customer"]["greeting"]
                for file in sorted(self.values.glob("*.yaml"))}

    # What runs

    def releases(self):
        """Release -> what Helm says of it."""
        return {release["name"]: release for release in json.loads(self.output("helm", "list", "-A", "-o", "json"))
                if release["name"].startswith(PREFIX)}

    def deployed(self):
        """Names of releases and of namespaces without one."""
        namespaces = self.kubectl("get", "namespaces", "-l", "app.kubernetes.io/managed-by=greeter", "-o", "name").split()
        names = {*self.releases(), *(name.removeprefix("namespace/") for name in namespaces if name.startswith(f"namespace/{PREFIX}"))}
        return sorted(names - {OPERATOR})

    def operated(self):
        """Names of the operator's customers."""
        found = subprocess.run(["kubectl", "get", "customers.greeter.parcellab.com", "-o", "name"], env=self.env, capture_output=True, text=True)
        names = [line.split("/")[1] for line in found.stdout.split()]  # none where nobody has defined customers yet
        return [name for name in names if name.startswith(PREFIX)]

    def apply(self, kind, name, spec, namespace=None, annotations=None, arguments=()):
        """kubectl apply of an object of ours: the finished process."""
        metadata = {"name": name} | ({"namespace": namespace} if namespace else {}) | ({"annotations": annotations} if annotations else {})
        item = {"apiVersion": "greeter.parcellab.com/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
        return subprocess.run(["kubectl", "apply", "-f", "-", *arguments], env=self.env, input=json.dumps(item), capture_output=True, text=True)

    def _servers(self, name):
        """The customer's pods that serve and are not on their way out."""
        return [pod for pod in self.objects("pods", name) if "deletionTimestamp" not in pod["metadata"]
                and pod["metadata"]["labels"].get("app.kubernetes.io/component") == "server"]

    def pods(self, name):
        """Name -> restarts of the customer's servers."""
        return {pod["metadata"]["name"]: sum(container["restartCount"] for container in pod["status"]["containerStatuses"])
                for pod in self._servers(name) if "containerStatuses" in pod["status"]}

    def ready(self, name):
        """Names of the customer's servers that are ready: what its Deployment says of them may be of a moment ago."""
        return {pod["metadata"]["name"] for pod in self._servers(name)
                if any(item["type"] == "Ready" and item["status"] == "True" for item in pod["status"].get("conditions", []))}

    def ingress(self):
        host, port = self.output(REPO / "scripts/ingress-address").rsplit(":", 1)
        return host, int(port)

    def get(self, host, path="/", method="GET", headers=None, body=None):
        """Status and body of a request to that host name through the ingress, on a fresh connection."""
        connection = http.client.HTTPConnection(*self.ingress_address(), timeout=5)
        try:
            connection.request(method, path, body, {"Host": host, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def ingress_address(self):
        if not hasattr(self, "_ingress"):
            self._ingress = self.ingress()
        return self._ingress

    def answers(self, name, greeting, times=20):
        """Whether the customer's host gives that greeting every time, so by every pod."""
        expected = (200, {"response": greeting})
        for _ in range(times):
            status, body = self.get(host_of(name))
            if status != 200 or (status, json.loads(body)) != expected:
                return False
        return True


def host_of(name):
    return f"{name}.{DOMAIN}"
