"""The servers that are compared: how each is started so that it gives the same answer on 127.0.0.1."""
from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clients import BODY

PEERS = Path(__file__).resolve().parent / "peers"
CUSTOMERS = PEERS.parent.parent / "customer-values"
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Launch:
    argv: list[str]
    env: dict[str, str]


@dataclass(frozen=True)
class Server:
    key: str
    title: str
    version: str
    program: Path | None  # the file whose size is the server's; None: it is not one file
    launch: Callable[[int, Path, bool], Launch]  # port, a folder for its files, whether clients will ask for `close`
    host: str = "localhost"
    body: bytes = BODY
    missing: str = ""  # why it can't be measured here
    stores: str = ""   # how it is written to: http or redis
    probe: Callable[[int], object] | None = None  # looks at the answer on a port; None: the greeting is asked for

    @property
    def size(self) -> int | None:
        return self.program.stat().st_size if self.program and self.program.exists() else None


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def first_line(*argv: str) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def greeter(program: Path, key: str = "greeter", title: str = "Greeter") -> Server:
    def launch(port: int, _folder: Path, _closing: bool) -> Launch:
        return Launch([str(program), "serve"], greeter_environment(port, CUSTOMERS) | {"CUSTOMER_NAME": "C"})

    return Server(key, title, first_line(str(program), "--version"), program, launch)


def greeter_of_many(program: Path, customers: Path) -> Server:
    def launch(port: int, _folder: Path, _closing: bool) -> Launch:
        return Launch([str(program), "serve"], greeter_environment(port, customers))

    return Server("greeter-1000", "Greeter, 1,000 customers", "", program, launch,
                  host=customer_host(500), body=customer_body(500))


def greeter_environment(port: int, customers: Path) -> dict[str, str]:
    return {"GREETER_HOST": "127.0.0.1", "GREETER_PORT": str(port), "GREETER_MANAGEMENT_PORT": str(free_port()),
            "GREETER_CONFIG": str(customers)}


def customer_host(number: int) -> str:
    return f"customer-{number:04}.parcellab.com"


def customer_body(number: int) -> bytes:
    return b'{"response":"Moin %04d!"}' % number


def write_customers(folder: Path, count: int) -> Path:
    """Values files as in customer-values/, one per customer."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = f"customer:\n  name: N{number:04}\n  greeting: Moin {number:04}!\n"
        (folder / f"customer-{number:04}.yaml").write_text(text)
    return folder


NGINX = """
user root root;
daemon off;
worker_processes {cores};
worker_rlimit_nofile {descriptors};
pid {folder}/nginx.pid;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 100s;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  server {{
    listen 127.0.0.1:{port} reuseport backlog=4096;
    location = / {{
      default_type application/json;
      return 200 '{body}';
    }}
  }}
}}
"""


def nginx(descriptors: int) -> Server:
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")

    def launch(port: int, folder: Path, _closing: bool) -> Launch:
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(cores=CORES, descriptors=descriptors, folder=folder, port=port, body=BODY.decode()))
        return Launch([str(program), "-p", str(folder), "-c", str(config), "-e", str(folder / "nginx-error.log")], {})

    version = first_line(str(program), "-v").rpartition("/")[2] if program else ""
    return Server("nginx", "nginx", version, Path(program or "nginx").resolve(), launch,
                  missing="" if program else "nginx is not installed")


def epoll(programs: Path, answers: dict[bool, Path]) -> Server:
    program = programs / "epoll"

    def launch(port: int, _folder: Path, closing: bool) -> Launch:
        return Launch([str(program), str(port), str(answers[closing]), str(CORES)], {})

    return Server("epoll", "epoll loop", "", program, launch, missing=not_built(program))


def go(programs: Path) -> Server:
    program = programs / "go-http"
    version = first_line("go", "version", str(program)).rpartition("go")[2]
    return Server("go", "Go", version, program, lambda port, *_: Launch([str(program), str(port)], {}),
                  missing=not_built(program))


def httplib(programs: Path) -> Server:
    program = programs / "httplib"
    version = first_line("pkg-config", "--modversion", "cpp-httplib")
    return Server("httplib", "cpp-httplib", version, program, lambda port, *_: Launch([str(program), str(port)], {}),
                  missing=not_built(program))


def fastapi(venv: Path) -> Server:
    program = venv / "bin" / "uvicorn"

    def launch(port: int, _folder: Path, _closing: bool) -> Launch:
        # As plain `uvicorn` starts: what the other FastAPI peer has installed beside it is not for this one.
        argv = [str(program), "--app-dir", str(PEERS), "--host", "127.0.0.1", "--port", str(port), "--no-access-log",
                "--loop", "asyncio", "--http", "h11", "--ws", "none", "fastapi_app:app"]
        return Launch(argv, {"CUSTOMER_NAME": "C", "PYTHONDONTWRITEBYTECODE": "1"})

    return Server("fastapi", "FastAPI", fastapi_version(), None, launch,
                  missing="" if program.exists() else "its Python packages are not installed")


def fastapi_version() -> str:
    pins = (PEERS.parent / "requirements.txt").read_text()
    return " with uvicorn ".join(re.findall(r"^(?:fastapi|uvicorn\[standard\])==(\S+)", pins, re.MULTILINE))


def not_built(program: Path) -> str:
    return "" if program.exists() else f"{program.name} was not built"
