"""The servers that keep greetings: each answers a write when it is durable. Their files go to an empty folder of their own."""
from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from clients import check_redis
from servers import PEERS, Launch, Server, fastapi_version, first_line, greeter_environment

STORES = ("greeter-store", "fastapi-store", "redis")
TOKEN = "benchmark-only-token"


def greeter(program: Path, customers: Path) -> Server:
    def launch(port: int, folder: Path, _closing: bool) -> Launch:
        tokens = folder / "tokens"
        tokens.write_text(f"editor {TOKEN}\n")
        return Launch([str(program), "serve"], greeter_environment(port, customers) | {
            "CUSTOMER_NAME": "C", "GREETER_STORE": f"sqlite:{folder}/greetings.db", "GREETER_TOKEN_FILE": str(tokens)})

    return Server("greeter-store", "Greeter, SQLite store", "", program, launch, stores="http")


def fastapi(venv: Path) -> Server:
    program = venv / "bin" / "uvicorn"

    def launch(port: int, folder: Path, _closing: bool) -> Launch:
        argv = [str(program), "--app-dir", str(PEERS), "--host", "127.0.0.1", "--port", str(port), "--no-access-log",
                "--loop", "uvloop", "--http", "httptools", "fastapi_store:app"]
        return Launch(argv, {"TOKEN": TOKEN, "DATABASE": str(folder / "greetings.db"), "PYTHONDONTWRITEBYTECODE": "1"})

    sqlite = first_line(str(venv / "bin" / "python"), "-c", "import httptools, sqlite3, uvloop; print(sqlite3.sqlite_version)")
    return Server("fastapi-store", "FastAPI + SQLite", f"{fastapi_version()}, SQLite {sqlite}", None, launch, stores="http",
                  missing="" if sqlite[:1].isdigit() else "its Python packages are not installed")


def redis() -> Server:
    program = shutil.which("redis-server")

    def launch(port: int, folder: Path, _closing: bool) -> Launch:
        return Launch([str(program), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "",
                       "--appendonly", "yes", "--appendfsync", "always", "--requirepass", TOKEN], {})

    version = first_line(str(program), "--version").partition("v=")[2].partition(" ")[0] if program else ""
    return Server("redis", "Redis", version, Path(program or "redis-server").resolve(), launch, stores="redis",
                  probe=partial(check_redis, token=TOKEN), missing="" if program else "redis-server is not installed")
