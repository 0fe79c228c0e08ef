"""Tests of what is kept by day."""

import time

import pytest

DAY = 24 * 60 * 60


@pytest.fixture
def within_a_day():
    """Today stays today for a minute at least: where less of the day (UTC) is left, the test begins with the next one."""
    left = DAY - time.time() % DAY
    if left < 60:
        time.sleep(left)
