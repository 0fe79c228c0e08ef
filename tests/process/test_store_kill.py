"""A store that is killed at any moment, again and again, loses nothing that it acknowledged.

GREETER_KILL_ROUNDS says how often (100)."""

import os
import random
import select
import sqlite3
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

WRITER = Path(__file__).parents[2] / "build/release/tests/greeter_store_writer"
ROUNDS = int(os.environ.get("GREETER_KILL_ROUNDS", "100"))
LONGEST = 0.03  # seconds that a writer writes
OPENING = 0.02  # seconds within which one in four is killed, mostly before it writes
DEADLINE = 20


@dataclass
class Known:
    """What the store has to have: its greetings at one sequence, and what was acknowledged since."""

    sequence: int = 0
    greetings: dict = field(default_factory=dict)  # (customer, id) -> (revision, text)
    acknowledged: dict = field(default_factory=dict)  # sequence -> (kind, customer, id, text)
    opened: int = 0
    in_all: int = 0
    unacknowledged: int = 0  # on the disk all the same: killed between the disk and the line that tells of it


def lines_until_killed(store, known, seed, seconds, from_open=True):
    """The whole lines that a writer said before it was killed: `seconds` after it opened the store, or was started."""
    command = [WRITER, f"sqlite:{store}", str(known.sequence), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
        said, end = b"", time.monotonic() + (DEADLINE if from_open else seconds)
        while (left := end - time.monotonic()) > 0:
            if select.select([writer.stdout], [], [], left)[0]:
                more = os.read(writer.stdout.fileno(), 1 << 16)
                if not more:
                    break
                said += more
                if from_open and b"\nopen " in b"\n" + said:
                    from_open, end = False, time.monotonic() + seconds
        writer.kill()
        said += writer.stdout.read()
        complaint = writer.stderr.read().decode()
    assert not complaint, complaint
    return said.decode().split("\n")[:-1]


def check_opened(known, lines):
    """What an opened store says is what was acknowledged, and perhaps what was in flight."""
    changes, greetings = {}, {}
    for line in lines:
        what, number, *rest = line.split(" ")
        if what == "was":
            assert int(number) not in changes, f"sequence {number} was used twice"
            changes[int(number)] = tuple(rest)
        elif what == "has":
            customer, name, text = rest
            greetings[customer, name] = (int(number), text)
        else:
            sequence = int(number)
    lost = {n: change for n, change in known.acknowledged.items() if changes.get(n) != change}
    assert not lost, f"acknowledged and lost: {lost}"
    for n in sorted(changes):
        assert n > known.sequence
        kind, customer, name, text = changes[n]
        if kind == "put":
            known.greetings[customer, name] = (n, text)
        else:
            assert known.greetings.pop((customer, name))[1] == text
    assert greetings == known.greetings
    assert sequence == max(changes, default=known.sequence)
    known.unacknowledged += len(changes) - len(known.acknowledged)
    known.sequence, known.acknowledged = sequence, {}
    known.opened += 1


def take_acknowledged(known, lines):
    for line in lines:
        what, number, *rest = line.split(" ")
        assert what == "ack"
        assert int(number) > known.sequence, f"sequence {number} was used before"
        assert int(number) not in known.acknowledged
        known.acknowledged[int(number)] = tuple(rest)
        known.in_all += 1


def test_nothing_acknowledged_is_lost(tmp_path):
    store, known = tmp_path / "store.db", Known()
    seed = random.randrange(1 << 20)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for number in range(ROUNDS):
        early = chance.random() < 0.25
        seconds = chance.uniform(0, OPENING if early else LONGEST)
        lines = lines_until_killed(store, known, number, seconds, from_open=not early)
        opened = next((i for i, line in enumerate(lines) if line.startswith("open ")), None)
        if opened is None:
            continue  # killed earlier: the next one tells
        check_opened(known, lines[: opened + 1])
        take_acknowledged(known, lines[opened + 1 :])
    final = lines_until_killed(store, known, ROUNDS, 0)
    check_opened(known, final[: 1 + next(i for i, line in enumerate(final) if line.startswith("open "))])
    with sqlite3.connect(store) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    print(f"{ROUNDS} rounds, {known.opened} opened, {known.in_all} acknowledged, {known.unacknowledged} in flight")
    assert known.opened > ROUNDS / 2 and known.in_all > 0
