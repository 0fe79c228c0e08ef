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


# Waits until there is a systemd, and becomes it, with control groups of its own.
INIT = """until test -e /run/installed; do sleep 0.1; done
umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /lib/systemd/systemd --unit=basic.target"""
OPTIONS = ["--cap-add=SYS_ADMIN", "--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined", "--cgroupns=private",
           "--network=host", "--tmpfs=/run", "--env=container=docker"]


@pytest.fixture(scope="session")
def inside(package):
    """inside(command) runs a shell command on a machine, as far as a container is one, where the package is installed."""
    release = output("bash", "-c", ". /etc/os-release && echo $VERSION_CODENAME")
    image = output(REPO / "scripts/base-image", release)
    container = output("docker", "run", "-d", *OPTIONS, "-v", f"{package.parent}:/packages:ro", image, "sh", "-c", INIT)

    def run(command):
        return output("docker", "exec", "-e", "DEBIAN_FRONTEND=noninteractive", container, "sh", "-ec", command)

    try:
        run(f"apt-get update && apt-get install -y --no-install-recommends systemd /packages/{package.name} && touch /run/installed")
        run("for i in $(seq 300); do systemctl is-active --quiet basic.target && exit; sleep 0.1; done; exit 1")
        yield run
    finally:
        output("docker", "rm", "-f", container)
