#!/usr/bin/env python3
"""One instance for many customers: what it takes to start, to hold and to reload N customers' files.

    bench/shared.py [BINARY] [N...]     build/greeter; 1 100 1000 10000

Start: from exec to the first 200 of the last customer's host. Reload: from the replaced file to the first answer that has the
new text. Memory: Pss of the process after it. Prints a line of Markdown for each N. See docs/scale.md.
"""
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write(folder, number, greeting):
    """Replaced at once, as an editor or a ConfigMap does it."""
    text = f'customer:\n  name: "Customer {number}"\n  greeting: "{greeting} {number}"\n'
    (folder / ".new").write_text(text, encoding="utf-8")
    (folder / ".new").rename(folder / f"customer-{number:05}.yaml")


def ask(port, number):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/", headers={"Host": f"customer-{number:05}.parcellab.com"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""


def until(port, number, text, process):
    while text not in (answer := ask(port, number))[1]:
        if process.poll() is not None:
            sys.exit(f"the server ended: {process.returncode}")
        if time.monotonic() - until.begun > 300:
            sys.exit(f"no {text!r} within 300 s: {answer}")
        time.sleep(0.001)
    return time.monotonic() - until.begun


def measure(binary, count):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            write(folder, number, "Welcome")
        port, management = free_port(), free_port()
        environment = {"GREETER_CONFIG": name, "GREETER_PORT": str(port), "GREETER_MANAGEMENT_PORT": str(management),
                       "GREETER_WORKERS": "2", "GREETER_LOG_LEVEL": "error", "GREETER_DOMAIN": "parcellab.com"}
        until.begun = time.monotonic()
        process = subprocess.Popen([binary], env={**os.environ, **environment})
        try:
            start = until(port, count - 1, "Welcome", process)
            memory = re.search(r"^Pss: +(\d+)", Path(f"/proc/{process.pid}/smaps_rollup").read_text(), re.MULTILINE)[1]
            until.begun = time.monotonic()
            write(folder, count - 1, "Changed")
            reload = until(port, count - 1, "Changed", process)
            after = re.search(r"^Pss: +(\d+)", Path(f"/proc/{process.pid}/smaps_rollup").read_text(), re.MULTILINE)[1]
            connection = http.client.HTTPConnection("127.0.0.1", management, timeout=60)
            connection.request("GET", "/metrics")
            metrics = connection.getresponse().read()
        finally:
            process.terminate()
            process.wait()
    series = sum(1 for line in metrics.splitlines() if not line.startswith(b"#"))
    print(f"| {count:,} | {start * 1000:,.0f} ms | {int(memory) / 1024:.1f} MiB | {reload * 1000:,.0f} ms | "
          f"{int(after) / 1024:.1f} MiB | {len(metrics) / 1024:,.0f} kB, {series:,} series |", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    program = arguments.pop(0) if arguments and not arguments[0].isdigit() else "build/greeter"
    print("| customers | start | memory | one file changed | memory after it | /metrics |\n|---:|---:|---:|---:|---:|---:|")
    for customers in map(int, arguments or ["1", "100", "1000", "10000"]):
        measure(program, customers)
