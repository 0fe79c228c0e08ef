"""Measurements that something else on the machine has disturbed are made again, as long as there is time for it."""
from __future__ import annotations

import time
from collections.abc import Callable

from measure import Elsewhere

TOLERATED = 0.08  # of all cores


class Quiet:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds  # left for waiting and measuring again, in the whole run

    def wait(self) -> float:
        """Until the machine is quiet or the time is up; the share that goes elsewhere."""
        begin = time.monotonic()
        while True:
            watch = Elsewhere()
            time.sleep(0.5)
            share = watch.share()
            if share <= TOLERATED or time.monotonic() - begin >= self.seconds:
                self.seconds -= time.monotonic() - begin
                return share

    def measure(self, once: Callable[[], dict]) -> dict:
        """The least disturbed of up to three tries."""
        tries = [once()]
        while tries[-1].get("elsewhere", 0) > TOLERATED and len(tries) < 3 and self.seconds > 0:
            self.wait()
            begin = time.monotonic()
            tries.append(once())
            self.seconds -= time.monotonic() - begin
        return min(tries, key=lambda figures: figures.get("elsewhere", 0))
