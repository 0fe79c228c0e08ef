"""Requests generated from the description, good ones and bad ones, alone and in sequences: no response is a surprise.

`make test` asks the same few thousand requests each time. SCHEMATHESIS_SECONDS=600 goes on for so long with others each
time; the seed that it prints repeats a run: SCHEMATHESIS_SEED.
"""

import os
import subprocess
import sys
from pathlib import Path

from server import EDITOR

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("SCHEMATHESIS_SECONDS", "0"))
SEED = os.environ.get("SCHEMATHESIS_SEED")
EXAMPLES = "40"  # for each operation and phase


def how_long():
    if SECONDS:
        return ["--max-time", str(SECONDS), *(["--seed", SEED] if SEED else [])]
    return ["--max-examples", EXAMPLES, "--generation-deterministic"]


def test_generated_requests(make):
    server = make(CUSTOMER_NAME="C", GREETER_MAX_GREETINGS="1000").start()
    url = f"http://127.0.0.1:{server.port}"
    command = [Path(sys.executable).parent / "schemathesis", f"--config-file={HERE / 'schemathesis.toml'}", "run"]
    command += [f"{url}/openapi.json", "--checks=all", "--phases=examples,coverage,fuzzing,stateful", *how_long()]
    environment = {**os.environ, "API_TOKEN": EDITOR, "PYTHONPATH": str(HERE)}
    result = subprocess.run(
        command, env=environment, cwd=server.folder, capture_output=True, text=True, timeout=300 + 2 * SECONDS
    )
    print(result.stdout[-20_000:], result.stderr[-5_000:])
    assert result.returncode == 0, "what was found is above"
    assert server.process.poll() is None and not server.logged('"error"')
