import pytest

from monitoring import Instance


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
