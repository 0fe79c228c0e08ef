"""greeter operator and webhook as processes: what they say of themselves while there is no API server, the template, and the end."""

import json
import queue
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request

import pytest
from conftest import DEADLINE, GREETER

OBJECT = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "greeter-__CUSTOMER__", "namespace": "__CUSTOMER__"}}
TEMPLATE = {"classes": {"standard": {"domain": "parcellab.com", "quota": {"hard": {"pods": "20"}}, "objects": [OBJECT]}}}
CUSTOMER = {"apiVersion": "greeter.parcellab.com/v1alpha1", "kind": "Customer", "metadata": {"name": "c"}, "spec": {"name": "C", "greeting": "Moin!"}}


def run(*arguments, **settings):
    return subprocess.run([GREETER, *arguments], env=settings, capture_output=True, text=True, timeout=DEADLINE, check=False)


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.json"
    path.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    return path


@pytest.fixture
def kubeconfig(tmp_path):
    """Of an API server on a port that answers nobody."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        cluster = {"server": f"https://127.0.0.1:{closed.getsockname()[1]}"}
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
                                          "clusters": [{"name": "x", "cluster": cluster}], "users": [{"name": "x", "user": {"token": "secret"}}]}), encoding="utf-8")
        yield kubeconfig


@pytest.fixture
def start(kubeconfig, template):
    """Starts a command; gives it, and what it logs."""
    settings = {"GREETER_KUBECONFIG": str(kubeconfig), "GREETER_TEMPLATE": str(template), "GREETER_MANAGEMENT_PORT": "0",
                "GREETER_WEBHOOK_PORT": "0", "GREETER_LOG_FORMAT": "json"}
    started = []

    def started_as(command):
        process = subprocess.Popen([GREETER, command], env=settings, stdout=subprocess.PIPE)
        started.append(process)
        lines = queue.Queue()
        threading.Thread(target=lambda: [lines.put(json.loads(line)) for line in process.stdout], daemon=True).start()
        return process, lines

    yield started_as
    for process in started:
        process.kill()
        process.wait()


def logged(lines, message):
    while True:
        line = lines.get(timeout=DEADLINE)
        assert "secret" not in json.dumps(line)
        if line["message"] == message:
            return line


def ask(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_without_an_api_server_it_lives_and_is_not_ready(start):
    process, lines = start("operator")
    port = logged(lines, "looking after customers")["management_port"]
    assert ask(port, "/livez")[0] == 200
    status, body = ask(port, "/readyz")
    assert status == 503 and "have not been read yet" in body or "was not reached" in body
    metrics = ask(port, "/metrics")[1]
    for line in ("greeter_operator_leader 0", "greeter_operator_queue_depth 0", 'greeter_operator_reconciles_total{result="failed"} 0',
                 'greeter_operator_informer_synced{resource="customers"} 0', 'greeter_operator_customers{ready="true"} 0'):
        assert line in metrics
    assert json.loads(ask(port, "/version")[1])["version"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=DEADLINE) == 0


@pytest.mark.parametrize(("command", "begins"), [("operator", "looking after customers"), ("webhook", "answering the API server")])
def test_a_template_that_makes_no_sense_is_refused_and_the_last_good_one_holds(start, template, command, begins):
    process, lines = start(command)
    port = logged(lines, begins)["management_port"]
    template.write_text('{"classes": {}}', encoding="utf-8")
    assert "holds no classes" in logged(lines, "template refused; the last good one holds")["reason"]
    assert f"greeter_{command}_templates_refused_total 1" in ask(port, "/metrics")[1]
    template.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    logged(lines, "the template was read again")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=DEADLINE) == 0


def test_what_it_can_not_start_with_is_named(kubeconfig, tmp_path, template):
    nobody = run("operator", GREETER_TEMPLATE=str(template))
    assert nobody.returncode == 2 and "GREETER_KUBECONFIG" in nobody.stderr
    template.write_text("{}", encoding="utf-8")
    for command in (["operator"], ["webhook"], ["operator", "render", str(tmp_path / "customer.yaml")]):
        done = run(*command, "--template", str(template), GREETER_KUBECONFIG=str(kubeconfig))
        assert done.returncode == 2 and done.stderr == f"greeter: {template}: the template holds no classes; it is JSON like {{\"classes\": {{\"standard\": {{...}}}}}}\n"


def test_render_prints_what_it_would_make(tmp_path, template):
    file = tmp_path / "customer.yaml"
    file.write_text(json.dumps(CUSTOMER), encoding="utf-8")
    done = run("operator", "render", "--template", str(template), str(file))
    assert done.returncode == 0, done.stderr
    items = json.loads(done.stdout)["items"]
    assert [(item["kind"], item["metadata"]["name"]) for item in items] == [("Namespace", "c"), ("ResourceQuota", "greeter-c"), ("Service", "greeter-c")]
    assert {item["metadata"]["labels"]["greeter.parcellab.com/customer"] for item in items} == {"c"}

    file.write_text(json.dumps(CUSTOMER | {"spec": {"name": "C", "greeting": " ", "class": "gold"}}), encoding="utf-8")
    refused = run("operator", "render", "--template", str(template), str(file))
    assert refused.returncode == 7
    assert refused.stderr == 'greeter: spec.greeting is " ": write at least one visible character\ngreeter: spec.class is "gold": use one of standard\n'
