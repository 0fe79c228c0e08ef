"""What the chart says of itself is true."""

import re
import shutil
import sys

import pytest
import yaml
from rendering import CHART, CUSTOMER_VALUES, REPO, STORE_CHART, customer, objects, one, run

CHARTS = [CHART, STORE_CHART]


def test_the_table_of_values_is_up_to_date():
    done = run(sys.executable, REPO / "scripts/chart-docs", "--check")
    assert done.returncode == 0, done.stderr


def test_a_stale_table_and_a_value_without_comment_are_noticed(tmp_path):
    for chart in CHARTS:
        shutil.copytree(chart, tmp_path / chart.name)
    script = shutil.copy(REPO / "scripts/chart-docs", tmp_path / "app-chart")
    (tmp_path / "scripts").mkdir()
    script = shutil.move(script, tmp_path / "scripts/chart-docs")
    values = tmp_path / "app-chart/values.yaml"
    text = values.read_text()

    def check():
        return run(sys.executable, script, "--check")

    assert check().returncode == 0
    values.write_text(text.replace("domain: parcellab.com", "domain: example.com"))
    assert "out of date" in check().stderr
    values.write_text(text + "extra: 1\n")
    assert "extra has no comment" in check().stderr


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_the_table_has_every_value(chart):
    def paths(node, path=""):
        for key, value in node.items():
            if isinstance(value, dict) and value and not key.endswith("abels"):
                yield from paths(value, f"{path}{key}.")
            else:
                yield f"{path}{key}"

    defaults = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    table = re.findall(r"^\| `([^`]+)` \| `", (chart / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert table == list(paths(defaults))


def test_the_charts_bear_the_version_of_the_binary():
    version = re.search(r"project\(greeter VERSION (\d+\.\d+\.\d+)", (REPO / "CMakeLists.txt").read_text())[1]
    chart, store = (yaml.safe_load((REPO / name / "Chart.yaml").read_text()) for name in ("app-chart", "store-chart"))
    assert (chart["version"], chart["appVersion"], store["version"]) == (version, version, version)


def notes(tmp_path, values):
    """NOTES.txt is rendered only by an install, which needs a cluster; so it is put into an object."""
    chart = shutil.copytree(CHART, tmp_path / "chart", dirs_exist_ok=True)
    text = (CHART / "templates/NOTES.txt").read_text(encoding="utf-8")
    wrapped = '{{ define "notes" }}' + text + '{{ end }}\nkind: Notes\ntext: {{ include "notes" . | toJson }}\n'
    (chart / "templates/notes.yaml").write_text(wrapped, encoding="utf-8")
    return one(objects(values=values, chart=chart), "Notes")["text"]


def test_the_notes_say_how_to_ask(tmp_path):
    assert "curl -H 'Host: customer-x.parcellab.com' http://127.0.0.1/" in notes(tmp_path, customer())
    assert "https://customer-x.parcellab.com/" in notes(tmp_path, customer(ingress={"tls": {"enabled": True}}))
    route = {"enabled": True, "parentRefs": [{"name": "public"}]}
    through = notes(tmp_path, customer(ingress={"enabled": False}, httpRoute=route))
    assert "through Gateway public:\n\n  customer-x.parcellab.com\n" in through and "curl" not in through
    files = {name: "customer: {greeting: x}" for name in ("a", "b")}
    together = notes(tmp_path, {"mode": "shared", "customers": files})
    assert "2 customers are greeted" in together and "curl http://CUSTOMER.parcellab.com/" in together
    assert "port-forward service/greeter-customer-x" in notes(tmp_path, customer(ingress={"enabled": False}))


def test_the_readme_names_real_customers():
    named = set(re.findall(r"customer-values/([\w-]+)\.yaml", (CHART / "README.md").read_text(encoding="utf-8")))
    assert all((REPO / "customer-values" / f"{stem}.yaml").is_file() for stem in named), CUSTOMER_VALUES
