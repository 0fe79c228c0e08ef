"""Runs the load generators and reads what they print."""
from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from clients import NoAnswer
from running import end_session

WRK_SCRIPT = Path(__file__).resolve().parent / "tools" / "wrk.lua"
THREADS = 2


def output(argv: list[str], seconds: float, meanwhile: Callable[[], None] | None = None,
           env: dict[str, str] | None = None) -> str:
    """What the program printed; it has `seconds`. `meanwhile` is called four times a second."""
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=env, start_new_session=True)
    deadline = time.monotonic() + seconds
    try:
        while True:
            try:
                out, err = process.communicate(timeout=0.25)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    raise NoAnswer(f"{Path(argv[0]).name} did not end within {seconds:.0f} s") from None
                if meanwhile:
                    meanwhile()
    finally:
        end_session(process.pid)
    if process.returncode != 0:
        raise NoAnswer(f"{Path(argv[0]).name}: {(err.strip() or out.strip())[-300:]}")
    return out.strip()


def wrk(port: int, connections: int, seconds: int, *, close: bool = False, script: tuple[str, ...] = (),
        meanwhile: Callable[[], None] | None = None) -> dict[str, float]:
    """As many requests as `connections` clients can make, each waiting for its answer."""
    argv = ["wrk", "-t", str(min(THREADS, connections)), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "2s",
            "-s", str(WRK_SCRIPT)]
    argv += ["-H", "Connection: close"] if close else []
    argv += [f"http://127.0.0.1:{port}/", "--", *script]
    result = json.loads(output(argv, seconds + 15, meanwhile).rpartition("\n")[2])
    if not result["requests"]:
        raise NoAnswer(f"not one answer in {seconds} s")
    errors = {kind: result[kind] for kind in ("connect", "read", "write", "status", "timeout") if result[kind]}
    return {"requests": result["requests"], "rate": result["requests"] / result["microseconds"] * 1e6,
            "p50_us": result["p50_us"], "p99_us": result["p99_us"], "p999_us": result["p999_us"],
            "errors": sum(errors.values()), "error_kinds": errors}


def paced(tool: Path, port: int, rate: int, seconds: int, connections: int = 64) -> dict[str, float]:
    """`rate` requests a second, whatever the server does."""
    result = json.loads(output([str(tool), str(port), str(rate), str(seconds), str(connections)], seconds + 15))
    if not result["requests"]:
        raise NoAnswer(f"not one answer in {seconds} s")
    return result | {"rate": result["requests"] / seconds, "error_kinds": {"missing": 1} if result["errors"] else {}}


def starts(tool: Path, port: int, count: int, argv: list[str], env: dict[str, str]) -> list[float]:
    """Milliseconds from starting the process until its first 200, for each of `count` starts."""
    return [float(line) for line in output([str(tool), str(port), str(count), *argv], 15 * count, env=env).split()]


def writes(argv: list[str], patience: float, meanwhile: Callable[[], None] | None = None) -> dict[str, float]:
    """As many writes as clients can make, each waiting until it is told that its write is durable."""
    result = json.loads(output(argv, patience, meanwhile))
    if not result["requests"]:
        raise NoAnswer(f"nothing was written: {result['errors']}")
    return result | {"rate": result["requests"] / result["microseconds"] * 1e6,
                     "errors": sum(result["errors"].values()), "error_kinds": result["errors"]}


def disk(tool: Path, folder: Path) -> dict[str, float]:
    """How often a second the disk itself makes 4 kB durable: in a file that grows, and in one that has its size."""
    result = json.loads(output([str(tool), str(folder), "0.4"], 15))
    return {"disk_growing": result["growing"], "disk_in_place": result["in_place"]}
