"""The Debian package, made once, and a container of the release it is for, in which it is installed."""
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


def output(*command, **options):
    """What a command prints; a failed one fails the test with what it said."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, **options)
    assert result.returncode == 0, f"{command}: {result.stderr}{result.stdout}"
    return result.stdout.strip()


@pytest.fixture(scope="session")
def package():
    return Path(output(REPO / "scripts/package"))


@pytest.fixture(scope="session")
def unpacked(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    output("dpkg-deb", "--extract", package, folder)
    return folder


@pytest.fixture(scope="session")
def inside(package):
    """inside(command, *docker_options) runs a shell command where the package is installed."""
    release = output("bash", "-c", ". /etc/os-release && echo $VERSION_CODENAME")
    image = output(REPO / "scripts/base-image", release)
    container = output("docker", "run", "-d", "--network", "host", "-v", f"{package.parent}:/packages:ro", image, "sleep", "900")

    def run(command, *options):
        return output("docker", "exec", *options, container, "sh", "-ec", command)

    try:
        run(f"apt-get update && apt-get install -y --no-install-recommends systemd-standalone-sysusers /packages/{package.name}",
            "-e", "DEBIAN_FRONTEND=noninteractive")
        yield run
    finally:
        output("docker", "rm", "-f", container)
