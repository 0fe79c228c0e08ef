"""A machine with nothing but a release of Debian: one command brings what the build needs, and the build can be configured."""
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_bootstrap_brings_all_that_the_build_asks_for(release):
    image = subprocess.run([REPO / "scripts/base-image", release], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    script = """set -e
        mkdir /greeter && tar -x -C /greeter && cd /greeter
        scripts/bootstrap build
        scripts/bootstrap build 2>&1 | grep . && { echo "a second run installs again"; exit 1; }
        cmake --preset release"""
    sources = subprocess.run(["git", "archive", "HEAD"], cwd=REPO, check=True, stdout=subprocess.PIPE).stdout
    result = subprocess.run(
        ["docker", "run", "--rm", "-i", "--network", "host", image, "bash", "-c", script], input=sources, capture_output=True, timeout=1200
    )
    said = result.stdout.decode() + result.stderr.decode()
    assert result.returncode == 0, said
    assert "Configuring done" in said and "fetching" not in said
