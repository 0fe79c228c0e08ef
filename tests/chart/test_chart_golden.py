"""What each file of configurations/ renders to is kept in golden/, so that a change of the chart shows in the review.

After an intended change: UPDATE_GOLDEN=1 pytest tests/chart/test_chart_golden.py
"""

import os
import re
from pathlib import Path

import pytest
from rendering import CHART, CONFIGURATIONS, rendered, template

import yaml

GOLDEN = Path(__file__).parent / "golden"


def without_version(text):
    """A release changes the version in every object; that alone is no change of the chart. Tokens are new each time."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    text = text.replace(f"greeter-{chart['version']}", "greeter-VERSION")
    text = re.sub(rf'(version: "?|image: \S+:){re.escape(chart["appVersion"])}\b', r"\1VERSION", text)
    return re.sub(r"(\n  tokens: )[\w+/]{100,}=*\n", r"\1TOKENS\n", text)


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.stem)
def test_rendering_is_the_golden_one(path):
    done = template("--values", path, release=path.stem)
    assert done.returncode == 0, done.stderr
    golden, text = GOLDEN / path.name, without_version(done.stdout)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert golden.is_file(), f"{golden.name} is missing from golden/: run with UPDATE_GOLDEN=1"
    expected = golden.read_text(encoding="utf-8").splitlines()
    # Object by object: the order of the files differs between Helm 3 and 4.
    assert sorted(objects(text.splitlines())) == sorted(objects(expected))


def objects(lines):
    return "\n".join(lines).strip().removeprefix("---\n").split("\n---\n")


def test_no_golden_file_is_left_over():
    assert {path.name for path in GOLDEN.glob("*")} == {path.name for path in CONFIGURATIONS}


def test_the_configurations_together_render_every_template():
    kinds = {item["kind"] for path in CONFIGURATIONS for item in rendered(path)}
    templates = [path for path in (CHART / "templates").rglob("*.yaml")]
    assert len(kinds) == len(templates), f"{sorted(kinds)} from {sorted(path.name for path in templates)}"
