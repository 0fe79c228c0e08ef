"""Which servers there are to measure, and which of them a run takes."""
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import servers
import stores
from clients import ask
from running import Running
from scenarios import CUSTOMERS

QUICK_SERVERS = ["greeter", "greeter-before", "nginx", "epoll", "go", *stores.STORES]


def program(path: Path) -> Path:
    if not os.access(path, os.X_OK):
        sys.exit(f"bench: {path} is no program")
    return path.resolve()


def catalogue(args: argparse.Namespace, folder: Path, descriptors: int) -> dict[str, servers.Server]:
    greeter, programs, venv = program(args.greeter), args.build / "bin", args.build.parent / "venv-bench"
    answers = {closing: folder / f"answer-{closing}" for closing in (False, True)}
    one = servers.greeter(greeter)
    with Running(one, folder) as running:
        for closing, file in answers.items():
            file.write_bytes(ask(running.port, close=closing))
    before = [servers.greeter(program(args.before), "greeter-before", "Greeter before")] if args.before else []
    many = servers.greeter_of_many(greeter, servers.write_customers(folder / "customers", CUSTOMERS))
    listed = [one, *before, servers.nginx(descriptors), servers.epoll(programs, answers), servers.go(programs),
              servers.fastapi(venv), servers.httplib(programs), many,
              stores.greeter(greeter, servers.CUSTOMERS), stores.fastapi(venv), stores.redis()]
    return {server.key: server for server in listed}


def selected(args: argparse.Namespace, known: dict[str, servers.Server]) -> tuple[dict[str, servers.Server], dict[str, str]]:
    """Those to measure, and why others are not."""
    keys = args.servers.split(",") if args.servers else QUICK_SERVERS if args.quick else list(known)
    if unknown := set(keys) - set(known) - set(QUICK_SERVERS):
        sys.exit(f"bench: no such server: {', '.join(sorted(unknown))}")
    wanted = {key: server for key, server in known.items() if key in keys or key == "greeter"}
    return ({key: server for key, server in wanted.items() if not server.missing},
            {key: server.missing for key, server in wanted.items() if server.missing})
