"""Builds the image once; every test starts its own containers from it, on ports that the kernel chooses."""

import contextlib
import itertools
import os

import pytest

from container import Container, docker
from project import CUSTOMER_VALUES, DOMAIN, REPO, RUN, build_image, read_customers

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def image():
    return os.environ.get("GREETER_IMAGE") or build_image()


@pytest.fixture(scope="session", autouse=True)
def remove_leftovers():
    yield
    left = docker("ps", "-aq", "--filter", f"label={RUN}").stdout.split()
    if left:
        docker("rm", "-f", *left)


@contextlib.contextmanager
def runner(image):
    started = []

    def run(environment=None, *options, arguments=(), wait=True, ports=True):
        name = f"{RUN}-{next(numbers)}"
        started.append(name)
        published = ["-p", "127.0.0.1::8080", "-p", "127.0.0.1::9090"] if ports else []
        variables = [f"--env={key}={value}" for key, value in (environment or {}).items()]
        docker("run", "-d", "--name", name, "--label", RUN, *published, *variables, *options, image, *arguments)
        container = Container(name)
        return container.wait_until_alive() if wait and ports else container

    yield run
    if started:
        docker("rm", "-f", *started, check=False)


@pytest.fixture
def run(image):
    """run(environment, *docker_options, arguments=[]) starts a container; wait=False where it is to fail."""
    with runner(image) as start:
        yield start


@pytest.fixture
def run_update(image):
    """The same from another image, with another tag: what an update of the program brings."""
    name, tag = docker("create", image).stdout.strip(), f"{RUN}:update"
    docker("commit", "--change", "LABEL greeter.test=update", name, tag)
    docker("rm", name)
    with runner(tag) as start:
        yield start
    docker("rmi", "-f", tag)


@pytest.fixture(scope="module")
def run_for_all(image):
    """The same for a container that all tests of a file may share, as none of them changes it."""
    with runner(image) as start:
        yield start


def pytest_generate_tests(metafunc):
    """A test with the argument `customer` runs once for every file of the customers' folder."""
    if "customer" in metafunc.fixturenames:
        metafunc.parametrize("customer", read_customers(), ids=lambda customer: customer["stem"])


@pytest.fixture(scope="session")
def domain():
    return DOMAIN


@pytest.fixture(scope="session")
def customers():
    """The docker options that give a container the customers of another folder than the image's own."""
    if CUSTOMER_VALUES == REPO / "customer-values":
        return []
    return ["--mount", f"type=bind,src={CUSTOMER_VALUES},dst=/etc/greeter/customers,readonly"]


@pytest.fixture(scope="session")
def names():
    """The names of all customers."""
    return [customer["name"] for customer in read_customers()]
