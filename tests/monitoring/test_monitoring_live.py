"""A real Prometheus with the real rules watches real instances, an operator and a webhook while they are broken and mended.

Hours become seconds: every duration of the rules (windows, for, interval) is divided by SPEED; thresholds stay as they are.
Rates are per second whatever the window is.
"""

import http.client
import json
import re
import subprocess

import pytest
import yaml

from monitoring import Controller, fetch, free_port, groups, wait_until

SPEED = 300  # an hour is 12 s, five minutes are 1 s
SCRAPE = "200ms"
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PATIENCE = 40


def faster(text):
    """A duration, or the windows of an expression."""
    return re.sub(r"(\d+)([smhd])", lambda found: f"{int(found[1]) * SECONDS[found[2]] * 1000 // SPEED}ms", text)


def scaled_rules():
    for group in groups():
        group["interval"] = SCRAPE  # what all but one have by default
        for rule in group["rules"]:
            rule["expr"] = re.sub(r"\[\w+\]", lambda found: faster(found[0]), rule["expr"])
            if "for" in rule:
                rule["for"] = faster(rule["for"])
        yield group


class Prometheus:
    def __init__(self, folder, *targets):
        self.url = f"http://127.0.0.1:{free_port()}"
        scraped = [{"targets": [address], "labels": {"job": job, "namespace": name}} for job, name, address in targets]
        configuration = {
            "global": {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": SCRAPE},
            "rule_files": ["rules.yml"],
            "scrape_configs": [{"job_name": "greeter", "static_configs": scraped}],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        (folder / "rules.yml").write_text(yaml.safe_dump({"groups": list(scaled_rules())}))
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}", "--log.level=error"])
        wait_until("Prometheus is ready", lambda: fetch(f"{self.url}/-/ready"))

    def stop(self):
        self.process.kill()
        self.process.wait()

    def firing(self):
        """(alert, customer) of whatever fires now."""
        alerts = json.loads(fetch(f"{self.url}/api/v1/alerts"))["data"]["alerts"]
        return {(alert["labels"]["alertname"], alert["labels"]["namespace"]) for alert in alerts if alert["state"] == "firing"}

    def up(self):
        answer = json.loads(fetch(f"{self.url}/api/v1/query", query="sum(up)"))["data"]["result"]
        return answer and answer[0]["value"][1]

    def wait_for(self, expected):
        wait_until(f"{expected} fire and nothing else", lambda: self.firing() == expected, PATIENCE)


@pytest.fixture
def fleet(tmp_path, instances):
    """Customer A and C, and a Prometheus that has seen both."""
    watched = {"customer-a": instances(), "customer-c": instances(GREETER_MAX_CONNECTIONS="4")}
    prometheus = Prometheus(tmp_path, *[("greeter", name, instance.management) for name, instance in watched.items()])
    wait_until("both are scraped", lambda: prometheus.up() == "2")
    yield prometheus, watched["customer-a"], watched["customer-c"]
    prometheus.stop()


def test_durations_are_scaled_and_nothing_else():
    assert faster("[5m]") == "[1000ms]" and faster("2m") == "400ms" and faster("[3d]") == "[864000ms]"
    assert not re.search(r"\[\d+[mhd]\]", str([rule["expr"] for group in scaled_rules() for rule in group["rules"]]))


def test_faults_fire_the_right_alerts_and_they_end_with_the_mend(fleet):
    prometheus, customer_a, customer_c = fleet
    prometheus.wait_for(set())

    customer_c.write("customer: {name: C, greting: Moin!}\n")
    customer_a.stop()
    down = {("GreeterInstanceDown", "customer-a"), ("GreeterCustomerDown", "customer-a")}
    prometheus.wait_for(down | {("GreeterConfigReloadFailed", "customer-c")})

    customer_a.start()
    prometheus.wait_for({("GreeterConfigReloadFailed", "customer-c")})
    customer_c.write("customer: {name: C, greeting: Servus!}\n")
    prometheus.wait_for(set())


def test_clients_that_are_turned_away_burn_the_budget_of_their_customer_alone(fleet):
    prometheus, customer_a, customer_c = fleet
    address = customer_c.url.removeprefix("http://")
    places = [http.client.HTTPConnection(address) for _ in range(4)]
    for place in places:
        place.connect()
    expected = {("GreeterShedding", "customer-c"), ("GreeterErrorBudgetBurnsFast", "customer-c")}

    def turned_away():
        fetch(customer_a.url)
        firing = prometheus.firing() if fetch(customer_c.url) is None else set()
        return firing >= expected and {customer for _, customer in firing} == {"customer-c"}

    wait_until("both fire, and nobody else's", turned_away, PATIENCE)
    for place in places:
        place.close()
    wait_until("it serves again", lambda: fetch(customer_c.url))
    wait_until("both end", lambda: not prometheus.firing() & expected, PATIENCE)


def test_an_operator_and_a_webhook_that_reach_no_api_server_and_then_end(tmp_path, request):
    jobs = {f"greeter-{command}": Controller(tmp_path, command, f"127.0.0.1:{free_port()}") for command in ("operator", "webhook")}
    for controller in jobs.values():
        request.addfinalizer(controller.start().stop)
    prometheus = Prometheus(tmp_path, *[(job, "greeter-operator", controller.management) for job, controller in jobs.items()])
    request.addfinalizer(prometheus.stop)
    prometheus.wait_for({(name, "greeter-operator") for name in ("GreeterOperatorDown", "GreeterApiServerAway")})
    for controller in jobs.values():
        controller.process.kill()
    prometheus.wait_for({(name, "greeter-operator") for name in ("GreeterOperatorDown", "GreeterWebhookDown", "GreeterInstanceDown")})
