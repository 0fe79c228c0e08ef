"""The checkout under test: its folders, its customers, its image."""

import os
import pathlib
import subprocess
import uuid

import yaml

REPO = pathlib.Path(__file__).resolve().parents[2]
CUSTOMER_VALUES = pathlib.Path(os.environ.get("CUSTOMER_VALUES") or REPO / "customer-values").resolve()
DOMAIN = os.environ.get("DOMAIN") or "parcellab.com"

# What this run starts is told from what others run, and from another run beside it, by this name.
RUN = f"greeter-test-{uuid.uuid4().hex[:12]}"


def read_customers():
    files = sorted(CUSTOMER_VALUES.glob("*.yaml"))
    assert files, f"no customers in {CUSTOMER_VALUES}"
    return [{"stem": file.stem, **yaml.safe_load(file.read_text(encoding="utf-8"))["customer"]} for file in files]


def build_image():
    result = subprocess.run([REPO / "scripts/build-image"], stdout=subprocess.PIPE, text=True, timeout=1800)
    assert result.returncode == 0, "scripts/build-image failed: its messages are above"
    return result.stdout.strip()
