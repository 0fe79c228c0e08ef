"""The files of deploy/monitoring, the programs that judge them, and instances of the real program to watch."""

import http.server
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

REPO = Path(__file__).resolve().parents[2]
MONITORING = REPO / "deploy/monitoring"
DASHBOARDS = sorted(path.name for path in MONITORING.glob("dashboard*.json"))
GREETER = Path(os.environ.get("GREETER") or REPO / "build/greeter")
TOKEN = "an-editor-of-the-tests"
TEMPLATE = {"classes": {"standard": {"domain": "parcellab.com", "objects": [
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "greeter-__CUSTOMER__", "namespace": "__CUSTOMER__"}}]}}}
DEADLINE = 20


def read(name):
    return yaml.safe_load((MONITORING / name).read_text())


def groups():
    return read("rules.yaml")["spec"]["groups"]


def rules(kind):
    """Every rule that is an "alert", or a "record"."""
    return [rule for group in groups() for rule in group["rules"] if kind in rule]


def alerts():
    return {rule["alert"]: rule for rule in rules("alert")}


def dashboard(name):
    return json.loads((MONITORING / name).read_text())


def panels(*names):
    """Of these dashboards, or of all."""
    return [panel for name in names or DASHBOARDS for panel in dashboard(name)["panels"] if panel["type"] != "row"]


def expressions():
    """Every PromQL of the rules and the dashboards, by where it stands; the dashboards' variables have a value."""
    for rule in rules("expr"):
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            plain = target["expr"].replace("$__rate_interval", "1m").replace("$namespace", "customer-c")
            yield f"{panel['id']} {panel['title']}", plain


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120, **options)


def wait_until(what, holds, seconds=DEADLINE):
    """Polls until holds() is true, and gives back what it returned."""
    end = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < end, f"gave up waiting until {what}"
        time.sleep(0.05)
    return value


def fetch(url, **parameters):
    """The body of an answer; nothing while nobody answers."""
    query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
    try:
        with urllib.request.urlopen(url + query, timeout=DEADLINE) as answer:
            return answer.read().decode()
    except (urllib.error.HTTPError, OSError):
        return None


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Program:
    """A process of the program on ports that the kernel chooses once."""

    def start(self):
        self.process = subprocess.Popen([GREETER, self.command], env=self.settings, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            said = json.loads(line)
            if "management_port" in said:
                self.settings |= {"GREETER_PORT": str(said.get("port")), "GREETER_MANAGEMENT_PORT": str(said["management_port"])}
                return self
        raise AssertionError(f"the program ended with {self.process.wait()}")

    @property
    def management(self):
        return f"127.0.0.1:{self.settings['GREETER_MANAGEMENT_PORT']}"

    def metrics(self):
        return fetch(f"http://{self.management}/metrics")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Instance(Program):
    """For customer C."""

    command = "serve"

    def __init__(self, folder, **settings):
        self.folder = Path(folder)
        (self.folder / "customers").mkdir(parents=True)
        self.file = self.folder / "customers/customer-c.yaml"
        self.write("customer: {name: C, greeting: Moin!}\n")
        (self.folder / "tokens").write_text(f"editor {TOKEN}\n")
        self.settings = {
            "CUSTOMER_NAME": "C",
            "GREETER_CONFIG": str(self.folder / "customers"),
            "GREETER_STORE": f"sqlite:{self.folder}/greetings.db",
            "GREETER_TOKEN_FILE": str(self.folder / "tokens"),
            "GREETER_HOST": "127.0.0.1",
            "GREETER_PORT": "0",
            "GREETER_MANAGEMENT_PORT": "0",
            "GREETER_LOG_FORMAT": "json",
            "GREETER_SHUTDOWN_DELAY": "0s",
            **settings,
        }

    def write(self, text):
        """The customer's file, in one step."""
        new = self.file.with_suffix(".new")
        new.write_text(text)
        os.replace(new, self.file)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.settings['GREETER_PORT']}"


class Controller(Program):
    """`greeter operator` or `greeter webhook`, which ask an API server."""

    def __init__(self, folder, command, api_server):
        self.command = command
        (folder / "template.json").write_text(json.dumps(TEMPLATE))
        (folder / "kubeconfig").write_text(json.dumps({
            "current-context": "x",
            "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
            "clusters": [{"name": "x", "cluster": {"server": f"http://{api_server}"}}],
            "users": [{"name": "x", "user": {}}],
        }))
        self.settings = {
            "GREETER_KUBECONFIG": str(folder / "kubeconfig"),
            "GREETER_TEMPLATE": str(folder / "template.json"),
            "GREETER_HOST": "127.0.0.1",
            "GREETER_WEBHOOK_PORT": "0",
            "GREETER_MANAGEMENT_PORT": "0",
            "GREETER_LOG_FORMAT": "json",
        }


class Customers(http.server.BaseHTTPRequestHandler):
    """As much of an API server as there have to be customers: one, for whom nobody has made anything."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        customer = {"metadata": {"name": "customer-c", "resourceVersion": "1", "creationTimestamp": "2026-01-01T00:00:00Z"},
                    "spec": {"name": "C", "greeting": "Moin!"}}
        there = self.path.split("?")[0] == "/apis/greeter.parcellab.com/v1alpha1/customers" and "watch=" not in self.path
        body = json.dumps({"metadata": {"resourceVersion": "1"}, "items": [customer]} if there else {}).encode()
        self.send_response(200 if there else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def exported(text):
    """The label names of each metric in what an instance exports; buckets, sums and counts are metrics, too."""
    names = {}
    for line in text.splitlines():
        if found := re.match(r"([a-z_]+)(?:{(.*)})? ", line):
            names.setdefault(found[1], set()).update(re.findall(r'(\w+)="', found[2] or ""))
    return names
