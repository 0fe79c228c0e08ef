"""What the scripts say on a machine that lacks something: a container with nothing but Debian, this checkout and no way out."""
import os
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def debian():
    return subprocess.run([REPO / "scripts/base-image", "trixie"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def bare(debian):
    """bare(command, *docker_options): the exit code and the one line it says in the end."""

    def run(command, *options):
        result = subprocess.run(
            ["docker", "run", "--rm", "--network", "none", "-v", f"{REPO}:/greeter:ro", "-e", "HOME=/tmp", *options, debian, *command.split()],
            capture_output=True, text=True, timeout=120, env=os.environ,
        )
        return result.returncode, (result.stderr.strip().splitlines() or [""])[-1]

    return run


def test_without_root_and_sudo_it_says_what_an_administrator_has_to_run(bare):
    code, said = bare("/greeter/scripts/bootstrap build", "--user", "65534")
    assert code == 1
    assert said.startswith("bootstrap: missing here, and neither root nor sudo to install it: have an administrator run 'apt-get install ")
    assert {"g++", "cmake", "ninja-build", "libyaml-cpp-dev"} <= set(said.strip("'").split())


def test_without_a_network_it_says_so_rather_than_that_packages_do_not_exist(bare):
    code, said = bare("/greeter/scripts/bootstrap build")
    assert code == 1
    assert "the package sources can not be reached, is there a network?" in said and "/tmp/.cache/greeter/apt.log" in said


def test_without_docker_it_is_what_is_missing(bare):
    code, said = bare("/greeter/scripts/docker-up", "--user", "65534")
    assert code == 1
    assert said.startswith("bootstrap: missing here") and "docker.io docker-cli" in said


def test_with_an_engine_named_that_does_not_answer_none_is_installed(bare):
    code, said = bare("/greeter/scripts/docker-up", "-e", "DOCKER_HOST=tcp://127.0.0.1:1")
    assert (code, said) == (1, "docker-up: no Docker engine answers at DOCKER_HOST=tcp://127.0.0.1:1: start it, or unset DOCKER_HOST")


def test_an_unknown_task_is_refused_before_anything_is_installed(bare):
    code, said = bare("/greeter/scripts/bootstrap biuld")
    assert code == 1 and said.startswith("bootstrap: unknown task 'biuld': use build, ")
