"""make new-customer, as a user types it: the file it writes, and what it refuses."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def values(tmp_path):
    return Path(shutil.copytree(REPO / "customer-values", tmp_path / "customer-values"))


def new_customer(values, *arguments):
    environment = os.environ | {"CUSTOMER_VALUES": str(values)}
    return subprocess.run(["make", "-s", "-C", REPO, "new-customer", *arguments], env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("greeting", ["Grüß Gott!", 'say "hi" \\ 👋', "yes", "42", "it's $HOME: $(rm -rf /) `id` #1", "zwei\nZeilen"])
def test_text_comes_through_unchanged(values, greeting):
    result = new_customer(values, "NAME=New", f"GREETING={greeting}")
    assert result.returncode == 0, result.stderr
    written = yaml.safe_load((values / "customer-new.yaml").read_text(encoding="utf-8"))
    assert written == {"customer": {"name": "New", "greeting": greeting}}


@pytest.mark.parametrize("arguments, named", [
    (["NAME=New"], "make new-customer NAME=D"),
    (["GREETING=Hi"], "make new-customer NAME=D"),
    (["NAME=Ünsinn", "GREETING=Hi"], "use 1 to 63 of a-z, 0-9 and -"),
    (["NAME=New", "GREETING= "], "missing"),
])
def test_what_would_not_work_is_refused_and_leaves_no_file(values, arguments, named):
    before = sorted(values.iterdir())
    result = new_customer(values, *arguments)
    assert result.returncode != 0 and named in result.stderr
    assert sorted(values.iterdir()) == before


def test_existing_customer_is_not_overwritten(values):
    first = sorted(values.glob("*.yaml"))[0]
    before = first.read_bytes()
    name = first.stem.removeprefix("customer-").upper()
    result = new_customer(values, f"NAME={name}", "GREETING=Hi")
    assert result.returncode != 0 and "exists already" in result.stderr
    assert first.read_bytes() == before
