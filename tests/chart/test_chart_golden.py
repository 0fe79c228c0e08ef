"""What each file of configurations/ renders to is kept in golden/, so that a change of the chart shows in the review.

After an intended change: UPDATE_GOLDEN=1 pytest tests/chart/test_chart_golden.py
"""

import os
import re

import pytest
from rendering import CHART, CONFIGURATIONS, STORE_CHART, STORE_CONFIGURATIONS, rendered, template

import yaml

CHARTS = {CHART: CONFIGURATIONS, STORE_CHART: STORE_CONFIGURATIONS}
CASES = [pytest.param(chart, path, id=f"{chart.name}-{path.stem}") for chart, paths in CHARTS.items() for path in paths]


def golden_of(path):
    return path.parent.with_name("golden") / path.name


def without_version(text, chart):
    """A release changes the version in every object; that alone is no change of the chart. Secrets are new each time; a file
    that is in the chart as it is shows its changes by itself, and so do, in the other golden ones, objects in a template."""
    for name in [file.name for file in (chart / "files").glob("*")] + ["template.json"]:
        text = re.sub(rf"(\n  {re.escape(name)}: \|\n)(?:    .*\n| *\n)+", r"\1    FILE\n", text)
    text = re.sub(r"(greeter/config: )[0-9a-f]{40}", r"\1HASH", text)
    chart = yaml.safe_load((chart / "Chart.yaml").read_text())
    text = text.replace(f"{chart['name']}-{chart['version']}", f"{chart['name']}-VERSION")
    text = re.sub(r"(\n  [a-z]+-password: )[\w+/]{50,}=*(?=\n)", r"\1PASSWORD", text)
    text = re.sub(rf'(version: "?|image: \S+:){re.escape(chart["appVersion"])}\b', r"\1VERSION", text)
    return re.sub(r"(\n  tokens: )[\w+/]{100,}=*\n", r"\1TOKENS\n", text)


@pytest.mark.parametrize(("chart", "path"), CASES)
def test_rendering_is_the_golden_one(chart, path):
    done = template("--values", path, release=path.stem, chart=chart)
    assert done.returncode == 0, done.stderr
    golden, text = golden_of(path), without_version(done.stdout, chart)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert golden.is_file(), f"{golden.name} is missing from golden/: run with UPDATE_GOLDEN=1"
    expected = golden.read_text(encoding="utf-8").splitlines()
    # Object by object: the order of the files differs between Helm 3 and 4.
    assert sorted(objects(text.splitlines())) == sorted(objects(expected))


def objects(lines):
    return "\n".join(lines).strip().removeprefix("---\n").split("\n---\n")


@pytest.mark.parametrize("paths", CHARTS.values(), ids=[chart.name for chart in CHARTS])
def test_no_golden_file_is_left_over(paths):
    assert {path.name for path in golden_of(paths[0]).parent.glob("*")} == {path.name for path in paths}


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_the_configurations_together_render_every_template(chart):
    templates = {str(path.relative_to(chart)) for path in (chart / "templates").rglob("*.yaml")}
    sources = set()
    for path in CHARTS[chart]:
        text = template("--values", path, release=path.stem, chart=chart).stdout
        sources |= set(re.findall(r"^# Source: [\w-]+/(\S+)", text, re.MULTILINE))
    assert sources == templates
