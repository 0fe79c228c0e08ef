"""What the image is made of."""

import json
import re
import tarfile

import pytest

from container import docker
from project import REPO, build_image

# What Docker itself puts into every container's file system.
DOCKERS_OWN = re.compile(r"(\.dockerenv|dev|proc|sys|etc/(hosts|hostname|resolv\.conf|mtab))(/|$)")


@pytest.fixture(scope="module")
def inspected(image):
    return json.loads(docker("image", "inspect", image).stdout)[0]


@pytest.fixture(scope="module")
def members(image, tmp_path_factory):
    """Everything in the image by name, with owners and modes."""
    archive = tmp_path_factory.mktemp("image") / "image.tar"
    name = docker("create", image).stdout.strip()
    try:
        docker("export", "-o", str(archive), name)
    finally:
        docker("rm", name)
    with tarfile.open(archive) as tar:
        return {member.name: member for member in tar if not DOCKERS_OWN.match(member.name)}


@pytest.fixture(scope="module")
def files(members):
    return {name: member for name, member in members.items() if member.isfile()}


def test_it_is_small(inspected):
    assert inspected["Size"] <= 16_000_000


def test_it_holds_a_program_certificates_and_customers_only(files):
    customers = {f"etc/greeter/customers/{file.name}" for file in (REPO / "customer-values").glob("*.yaml")}
    assert files.keys() == {"greeter", "etc/ssl/certs/ca-certificates.crt"} | customers


def test_everybody_may_read_it_and_nobody_write(files):
    for member in files.values():
        assert member.mode & 0o444 == 0o444, member.name
        assert member.mode & 0o022 == 0, member.name
        assert (member.uid, member.gid) == (0, 0), member.name


def test_a_volume_for_a_store_would_be_the_servers_own(members):
    owned = {name: member for name, member in members.items() if (member.uid, member.gid) != (0, 0)}
    assert owned.keys() == {"data"}
    data = owned["data"]
    assert data.isdir() and (data.uid, data.gid) == (65532, 65532) and data.mode & 0o777 == 0o700


def test_there_is_no_shell(image):
    result = docker("run", "--rm", "--entrypoint=/bin/sh", image, "-c", "true", check=False)
    assert result.returncode == 127


def test_how_it_is_started(inspected):
    config = inspected["Config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["/greeter"]
    assert config["ExposedPorts"].keys() == {"8080/tcp", "9090/tcp"}
    assert config["Healthcheck"]["Test"] == ["CMD", "/greeter", "healthcheck"]


def test_its_labels(inspected):
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in inspected["Config"]["Labels"].items()}
    version = re.search(r"^project\(greeter VERSION ([0-9.]+)", (REPO / "CMakeLists.txt").read_text(), re.MULTILINE)
    assert labels["version"] == version.group(1)
    assert labels["licenses"] == "MIT"
    assert labels["title"] == "greeter"
    assert labels["description"]
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", labels["revision"])


def test_building_again_gives_the_same_name():
    image = build_image()
    assert re.fullmatch(r"greeter:\d+\.\d+\.\d+-[0-9a-f]{12}", image)
    assert build_image() == image


def test_the_plain_tag_is_the_same_image(image, inspected):
    plain = json.loads(docker("image", "inspect", image.rsplit("-", 1)[0]).stdout)[0]
    assert plain["Id"] == inspected["Id"]
