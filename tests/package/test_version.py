"""The version is written in CMakeLists.txt; whatever else names it agrees."""
import re
import subprocess

import pytest
import yaml
from conftest import REPO, output

VERSION = re.search(r"^project\(greeter VERSION ([0-9.]+)", (REPO / "CMakeLists.txt").read_text(), re.MULTILINE)[1]
CHANGELOG = (REPO / "CHANGELOG.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)


def test_the_chart_has_the_projects_version():
    chart = yaml.safe_load((REPO / "app-chart/Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (VERSION, VERSION)


def test_the_newest_entry_of_the_changelog_is_the_projects_version():
    released = [heading for heading in HEADINGS if heading != "[Unreleased]"]
    assert re.fullmatch(re.escape(f"[{VERSION}] - ") + r"\d{4}-\d{2}-\d{2}", released[0])


def test_the_changelog_keeps_its_form_and_order():
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})", heading) for heading in HEADINGS if heading != "[Unreleased]"]
    assert all(released)
    order = [(tuple(map(int, entry.group(1, 2, 3))), entry[4]) for entry in released]
    assert order == sorted(order, reverse=True)
    kinds = set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_release_notes_are_the_versions_entry():
    notes = output(REPO / "scripts/release-notes", VERSION)
    assert notes and notes in CHANGELOG and "## [" not in notes


@pytest.mark.parametrize("wanted", ["9.9.9", f"v{VERSION}", f"{VERSION}0"])
def test_another_version_than_the_projects_is_not_released(wanted):
    result = subprocess.run([REPO / "scripts/release-notes", wanted], capture_output=True, text=True)
    assert result.returncode == 1 and result.stdout == ""
    assert f"version {wanted} can't be released: CMakeLists.txt says {VERSION}" in result.stderr
