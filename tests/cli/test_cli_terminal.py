"""What a terminal gets that a pipe does not: tables that fit, bold headers, a bar, a question."""

import fcntl
import json
import os
import pty
import select
import struct
import termios
import time

import pytest

from command_line import DEADLINE, GREETER


@pytest.fixture
def terminal(greeter):
    def run(*arguments, columns=60, typed="", variables=None):
        pid, fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execve(GREETER, [str(GREETER), *map(str, arguments)], greeter.environment | (variables or {}))
        os.write(fd, typed.encode())
        shown, end = b"", time.monotonic() + DEADLINE
        while time.monotonic() < end and select.select([fd], [], [], end - time.monotonic())[0]:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break
            shown += piece
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode().replace("\r\n", "\n")
    return run


def test_a_table_fits_and_its_header_is_bold(greeter, terminal):
    assert greeter("greetings", "put", "long", "--text", "wide 你好 " * 30).returncode == 0
    code, shown = terminal("greetings", "list")
    header, row = shown.splitlines()
    assert code == 0 and header.startswith("\x1b[1mID") and header.endswith("\x1b[0m")
    assert row.endswith("…") and sum(2 if ord(c) > 0x2fff else 1 for c in row) <= 60
    assert "\x1b" not in terminal("greetings", "list", variables={"NO_COLOR": "1"})[1]
    assert "\x1b" not in greeter("greetings", "list").stdout and "…" not in greeter("greetings", "list").stdout


@pytest.mark.parametrize("typed, code", [("n\n", 1), ("\n", 1), ("y\n", 0)])
def test_delete_asks(greeter, terminal, typed, code):
    assert greeter("greetings", "put", "hello", "--text", "Hello").returncode == 0
    ended, shown = terminal("greetings", "delete", "hello", typed=typed)
    assert ended == code and 'delete hello (revision ' in shown and '"Hello")? [y/N]' in shown
    assert greeter("greetings", "get", "hello").returncode == (3 if code == 0 else 0)


def test_import_shows_a_bar(tmp_path, terminal):
    (tmp_path / "in").write_text("".join(json.dumps({"id": f"g-{n}", "text": "x" * 500}) + "\n" for n in range(400)))
    code, shown = terminal("greetings", "import", tmp_path / "in")
    assert code == 0 and "importing [" in shown and "100%  400/400" in shown and "400 of 400 greetings imported" in shown
