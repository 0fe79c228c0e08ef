"""Starts a server, waits until it answers, and ends every process of it, whatever happens meanwhile."""
from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

from clients import NoAnswer, WrongAnswer, check
from measure import Memory, cpu_nanoseconds, memory, processes
from servers import Server, free_port

START_SECONDS = 15


def allow_descriptors() -> int:
    """As many open files as this user may have, for this process and those it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def adopt_orphans() -> None:
    """A server's workers become this process's children when their parent dies; not every machine's init collects them."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def end_session(session: int) -> None:
    """Kills every process of it. Its leader is left to be waited for by whoever started it."""
    deadline = time.monotonic() + 5
    while (left := processes(session)) and time.monotonic() < deadline:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    for pid in set(processes(session, ended=True)) - {session}:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass


class Running:
    """A server that answers, for a `with` block."""

    def __init__(self, server: Server, folder: Path, closing: bool = False) -> None:
        self.server = server
        self.port = free_port()
        self.log = folder / f"{server.key}.log"
        launch = server.launch(self.port, folder, closing)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(launch.argv, env={"PATH": os.environ["PATH"], **launch.env}, cwd=folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def __enter__(self) -> Running:
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        end_session(self.process.pid)
        self.process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.check()
                return
            except (NoAnswer, WrongAnswer) as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    last = self.log.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing in its log"]
                    raise NoAnswer(f"did not start: {last[0]} ({error})") from error
                time.sleep(0.005)

    def check(self) -> object:
        if self.server.probe:
            return self.server.probe(self.port)
        return check(self.port, self.server.host, self.server.body)

    def cpu(self) -> int:
        return cpu_nanoseconds(self.process.pid)

    def memory(self) -> Memory:
        return memory(self.process.pid)
