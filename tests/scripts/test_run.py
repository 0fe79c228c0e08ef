"""make run, as a user types it: it prints pages that open, keeps its tokens and needs none to be typed."""
import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

REPO = Path(__file__).resolve().parents[2]
TOKENS = REPO / "build/run/tokens"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def running(**settings):
    """Starts make run and gives the process and what it printed, once it answers."""
    port = free_port()
    environment = os.environ | {"GREETER_PORT": port, "GREETER_MANAGEMENT_PORT": free_port(), "MAKEFLAGS": "", **settings}
    process = subprocess.Popen([REPO / "scripts/run"], env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    said = []
    for line in process.stderr:
        said.append(line.strip())
        if line.startswith("probes"):
            break
    deadline = time.monotonic() + 20
    while ask(f"http://localhost:{port}/health") != 200:
        assert process.poll() is None and time.monotonic() < deadline, said
        time.sleep(0.05)
    return process, "\n".join(said)


def ask(url, token=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path, headers={"Host": parts.netloc} | ({"Authorization": f"Bearer {token}"} if token else {}))
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


@pytest.fixture
def run(tmp_path):
    """Gives what it printed. Greetings are kept elsewhere than those of somebody who uses this checkout."""
    processes = []

    def start(**settings):
        process, said = running(**({"GREETER_STORE": f"sqlite:{tmp_path}/greetings.db"} | settings))
        processes.append(process)
        return said

    yield start
    for process in processes:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        process.stderr.close()


def test_the_page_it_prints_opens_with_its_token(run):
    page, token = re.search(r"^greetings: +(http://customer-[a-z]\.localhost:\d+/ui)#token=(\w{40})$", run(), re.MULTILINE).groups()
    assert ask(page) == 200
    api = page.replace("/ui", "/api/v1/greetings")
    assert ask(api) == 401 and ask(api, token) == 200


def test_the_interface_it_prints_is_described(run):
    assert ask(re.search(r"^interface: +(\S+/docs)$", run(), re.MULTILINE)[1]) == 200


def test_tokens_are_kept_and_nobody_elses_to_read(run):
    run()
    tokens = TOKENS.read_text()
    assert re.fullmatch(r"editor [0-9a-f]{40}\nreader [0-9a-f]{40}\n", tokens)
    assert stat.S_IMODE(TOKENS.stat().st_mode) == 0o600 and stat.S_IMODE(TOKENS.parent.stat().st_mode) == 0o700
    run(GREETER_STORE="none")
    assert TOKENS.read_text() == tokens


def test_one_customer_is_at_the_root(run):
    said = run(CUSTOMER_NAME="A")
    assert ask(re.search(r"^greetings: +(http://localhost:\d+/ui)#token=", said, re.MULTILINE)[1]) == 200


def test_without_tokens_there_is_no_page(run):
    assert "/ui" not in run(GREETER_TOKEN_FILE="")
