import sys
from pathlib import Path

import pytest

from monitoring import Instance

sys.path.append(str(Path(__file__).parents[1] / "support"))
from browsing import browser, open_page  # noqa: E402, F401


@pytest.fixture
def instances(tmp_path):
    """Starts instances, each in a folder of its own."""
    started = []

    def start(**settings):
        started.append(Instance(tmp_path / str(len(started)), **settings).start())
        return started[-1]

    yield start
    for instance in started:
        instance.stop()
