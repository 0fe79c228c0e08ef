"""Each alert fires when it should and only then, by Prometheus' own promtool, and has a runbook."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from monitoring import REPO, alerts, groups, run

CASES = sorted((Path(__file__).parent / "alerts").glob("*.yaml"))
RUNBOOKS = (REPO / "docs/runbooks.md").read_text()
SECTIONS = re.split(r"^## (Greeter\w+)$", RUNBOOKS, flags=re.MULTILINE)


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": groups()}))
    return path


def test_prometheus_takes_the_rules(rules):
    done = run("promtool", "check", "rules", "--lint=all", "--lint-fatal", rules)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_alert_fires_when_it_should(case, rules):
    shutil.copy(case, rules.parent)
    done = run("promtool", "test", "rules", rules.parent / case.name)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_seen_firing_and_quiet():
    expected = {}
    for case in CASES:
        for test in yaml.safe_load(case.read_text())["tests"]:
            for check in test["alert_rule_test"]:
                expected.setdefault(check["alertname"], set()).add(bool(check["exp_alerts"]))
    assert expected == {name: {True, False} for name in alerts()}


def test_every_alert_says_what_a_reader_needs():
    for name, rule in alerts().items():
        assert rule["labels"]["severity"] in ("critical", "warning"), name
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}, name
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks.md#{name.lower()}"


def test_every_alert_has_its_runbook_and_every_runbook_its_alert():
    assert sorted(SECTIONS[1::2]) == sorted(alerts())


@pytest.mark.parametrize("name, text", list(zip(SECTIONS[1::2], SECTIONS[2::2])), ids=SECTIONS[1::2])
def test_a_runbook_says_what_it_means_and_how_to_mend_it(name, text):
    assert re.findall(r"^\*\*(\w+)\.\*\* [\w`]", text, re.MULTILINE) == ["Meaning", "Impact", "Look", "Mend"]
