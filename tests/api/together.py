"""Several threads of a test; what goes wrong in one fails the test."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor


def together(number, do):
    """do(0), do(1), ... each in a thread of its own, begun at once; what they give back, in this order."""
    start = threading.Barrier(number)

    def begin(index):
        start.wait()
        return do(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(begin, range(number)))


@contextlib.contextmanager
def meanwhile(number, do):
    """Runs do(0), do(1), ... again and again in a thread each, until the block ends."""
    over = threading.Event()

    def again(index):
        while not over.is_set():
            do(index)

    with ThreadPoolExecutor(number) as pool:
        running = [pool.submit(again, index) for index in range(number)]
        try:
            yield
        finally:
            over.set()
        for each in running:
            each.result()
