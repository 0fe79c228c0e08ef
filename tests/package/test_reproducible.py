"""The same sources give the same bytes. scripts/check-reproducible shows it of whole builds; here are the parts that could break it."""
import os
import shutil
import subprocess

import pytest
from conftest import REPO, output

ONE_FILE = "FROM scratch\nCOPY CMakeLists.txt /\nUSER 65532\nEXPOSE 8080\nLABEL greeter.stage=test\n"


def built(folder):
    """An archive of the program's library of pages, compiled from a copy of the sources in this folder, without ccache."""
    for name in ("CMakeLists.txt", "app", "app-chart/values.schema.json"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (REPO / name).is_dir() else shutil.copy)(REPO / name, target)
    environment = os.environ | {"CCACHE_DISABLE": "1"}
    output("cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", "-DGREETER_TESTS=OFF", env=environment)
    output("cmake", "--build", folder / "build", "--target", "greeter_ui", env=environment)
    return (folder / "build/libgreeter_ui.a").read_bytes()


def test_neither_folder_nor_time_get_into_what_is_compiled(tmp_path):
    assert built(tmp_path / "a") == built(tmp_path / "another/folder")


@pytest.fixture
def timeless(tmp_path):
    """Builds a small image anew and gives the ids before and after scripts/timeless-image."""
    tag = f"greeter-test:{tmp_path.name.lower()}"

    def build():
        legacy = subprocess.run(["docker", "buildx", "version"], capture_output=True).returncode != 0
        output("docker", "build", "-q", "--no-cache", "-t", tag, "-f", "-", REPO, input=ONE_FILE,
               env=os.environ | ({"DOCKER_BUILDKIT": "0"} if legacy else {}))
        before = output("docker", "image", "inspect", "-f", "{{.Id}}", tag)
        output(REPO / "scripts/timeless-image", before, tag)
        return before, output("docker", "image", "inspect", "-f", "{{.Id}}", tag)

    yield build
    output("docker", "rmi", "-f", tag)


def test_an_image_built_again_is_the_same_image(timeless):
    (first, one), (second, other) = timeless(), timeless()
    assert first != second, "the builder alone would do"
    assert one == other
