"""docs/api.md is true: its commands are run one after the other, and say what it says they do."""

import re
import subprocess

import pytest

from server import EDITOR, REPO

GUIDE = (REPO / "docs/api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CUSTOMERS = {"customer-c": {"name": "C", "greeting": "Moin!"}}


def steps():
    """Commands with the output that follows them."""
    found = []
    for language, text in BLOCK.findall(GUIDE):
        if language == "sh":
            found.append([text, None])
        else:
            found[-1][1] = text
    return found


def expected(text):
    """The text as a pattern, in which "..." is whatever is there."""
    return r'(?:[^"\\]|\\.)*'.join(re.escape(part) for part in text.replace('"..."', '"\0"').split("\0"))


def test_the_guide(make, tmp_path):
    server = make(CUSTOMERS).start()
    environment = {"TOKEN": EDITOR, "PORT": str(server.port), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    functions = ""
    for command, output in steps():
        if output is None:
            functions += command
            continue
        script = f"set -euo pipefail\n{functions}\n{command}"
        bash = ["bash", "-c", script]
        run = subprocess.run(bash, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30)
        assert run.returncode == 0 and run.stderr == "", f"{command}\n{run.stderr}\n{run.stdout}"
        said = run.stdout.replace("\r", "").replace(": alive\n\n", "").rstrip("\n")  # that one comes at any time
        assert re.fullmatch(expected(output.rstrip("\n")), said), f"{command}\nsays\n{said}\nand not\n{output}"


WORDS = ["idempotency-key", "last-event-id", "if-match", "accept-language", "dry_run", "/openapi.json", "/docs", "/ui"]


@pytest.mark.parametrize("word", WORDS)
def test_it_tells_what_a_newcomer_needs(word):
    assert word in GUIDE.lower()


def test_a_difference_would_be_found():
    assert not re.fullmatch(expected('{"a":"..."}\n'), '{"a":"x","b":1}\n')
    assert re.fullmatch(expected('{"a":"..."}\n'), '{"a":"x"}\n')
