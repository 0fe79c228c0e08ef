"""greeter customers diff: what changes for whom."""
import json
import subprocess

import pytest

from command_line import GREETER


def diff(*arguments):
    return subprocess.run([GREETER, "customers", "diff", *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture
def folders(tmp_path):
    for name, greeting, more in (("old", "Moin!", ""), ("new", "Moin moin!", "persistence: {enabled: true}\n")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "customer-c.yaml").write_text(f"customer: {{name: C, greeting: '{greeting}'}}\n{more}", encoding="utf-8")
    (tmp_path / "new/customer-d.yaml").write_text("customer: {name: D, greeting: Servus}\n", encoding="utf-8")
    return tmp_path / "old", tmp_path / "new"


def test_folders_in_words(folders):
    result = diff(*folders)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == ['customer-c: greeting "Moin!" -> "Moin moin!"', "customer-c: persistence.enabled not set -> true",
                                          'customer-d: new, greeting "Servus"']


def test_folders_as_json(folders):
    changes = json.loads(diff(*folders, "--output", "json").stdout)
    assert [(change["customer"], change["change"]) for change in changes] == [("customer-c", "changed"), ("customer-d", "added")]
    assert changes[0]["values"][0] == {"path": "/customer/greeting", "old": "Moin!", "new": "Moin moin!"}


def test_two_files_are_one_customer(folders, tmp_path):
    before = tmp_path / "before.yaml"
    (folders[0] / "customer-c.yaml").rename(before)
    assert diff(before, folders[1] / "customer-c.yaml").stdout.startswith('customer-c: greeting "Moin!" ->')


def test_common_values_come_before_the_files_own(folders, tmp_path):
    common = tmp_path / "common.json"
    common.write_text('{"domain": "example.com", "persistence": {"enabled": false}}', encoding="utf-8")
    lines = diff(*folders, "--common", common).stdout.splitlines()
    assert 'customer-c: domain not set -> "example.com"' in lines and "customer-c: persistence.enabled not set -> true" in lines


def test_exit_codes(folders, tmp_path):
    old, new = folders
    assert diff(old, new, "--exit-code").returncode == 1
    assert diff(old, old, "--exit-code").returncode == 0 and diff(old, old).stdout == ""
    missing = diff(old, tmp_path / "nowhere")
    assert missing.returncode == 2 and "there is no such file or folder" in missing.stderr
    assert diff(old, new / "customer-c.yaml").returncode == 2
    (new / "customer-d.yaml").write_text("customer: [", encoding="utf-8")
    broken = diff(old, new)
    assert broken.returncode == 1 and "customer-d.yaml:" in broken.stderr
