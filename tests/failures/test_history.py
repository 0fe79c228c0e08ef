"""The checker finds what it is there for: each history but the good ones breaks one promise."""

import dataclasses

import pytest

from history import CHECKS, COUNTER, LONGEST, OK, REFUSED, UNDONE, UNKNOWN, Greeting, History, Read, Write, faults, longest_pause


def put(name, at, base=0, revision=None, outcome=OK, key="one", text=None, instance="a", seconds=0.5):
    return Write(name, key, text or name, base, instance, at, at + seconds, outcome, revision if outcome == OK else None)


def delete(name, at, base, outcome=OK, key="one", instance="a"):
    return Write(name, key, None, base, instance, at, at + 0.5, outcome)


def read(at, revision, text, resets=0, key="one", instance="a"):
    return Read(key, instance, at, at + 0.1, revision, text, resets)


def step(number, at, base, revision, outcome=OK):
    return put(f"s{at}", at, base, revision, outcome, key=COUNTER, text=f"{number} s{at}")


def ends(**table):
    return {"a": table, "b": table}


FIRST, SECOND = put("first", 1, 0, 10), put("second", 2, 10, 11)
UNSURE = put("unsure", 3, 11, outcome=UNKNOWN)
GOOD = {
    "nothing": History(),
    "one after the other": History([FIRST, SECOND], final=ends(one=(11, "second"))),
    "one that was not acknowledged is there": History([FIRST, SECOND, UNSURE], final=ends(one=(12, "unsure"))),
    "or not": History([FIRST, SECOND, UNSURE], final=ends(one=(11, "second"))),
    "tried again": History(
        [FIRST, put("second", 2, 10, outcome=UNKNOWN), put("second", 4, 10, 11)], final=ends(one=(11, "second"))
    ),
    "tried again, in vain": History(
        [FIRST, put("second", 2, 10, outcome=UNKNOWN), put("second", 4, 10, outcome=REFUSED)],
        final=ends(one=(11, "second")),
    ),
    "refused": History([FIRST, SECOND, put("late", 3, 10, outcome=REFUSED)], final=ends(one=(11, "second"))),
    "deleted": History([FIRST, delete("gone", 2, 10)], [read(3, None, None)], final=ends()),
    "perhaps deleted": History([FIRST, delete("gone", 2, 10, UNKNOWN)], [read(3, None, None)], final=ends()),
    "made anew": History([FIRST, delete("gone", 2, 10), put("new", 3, 0, 12)], final=ends(one=(12, "new"))),
    "counted": History(
        [step(1, 1, 0, 10), step(2, 2, 10, 11), step(3, 3, 11, 12, UNKNOWN)], final=ends(counter=(12, "3 s3"))
    ),
    "the unacknowledged vanishes, and the instance says so": History(
        [FIRST, put("unsure", 2, 10, outcome=UNKNOWN)],
        [read(3, 11, "unsure"), read(4, 10, "first", resets=1)],
        final=ends(one=(10, "first")),
    ),
    "the unacknowledged was all there was": History(
        [put("unsure", 2, 0, outcome=UNKNOWN)],
        [read(3, 11, "unsure"), read(4, None, None, resets=1), read(5, None, None, resets=1)],
        final=ends(),
    ),
    "the other instance is behind": History(
        [FIRST, SECOND], [read(3, 11, "second"), read(3, 10, "first", instance="b")], final=ends(one=(11, "second"))
    ),
    "greeted": History(
        [FIRST], greetings=[Greeting("a", 1, 2, "first"), Greeting("a", 1, 2, "Moin!")], final=ends(one=(10, "first"))
    ),
    "counted visits": History(greetings=[Greeting("a", 1, 2, "Moin!")] * 3, visits=3),
    "killed, with the last second's visits": History(
        greetings=[
            Greeting("a", 1, 2, "Moin!"),
            Greeting("a", 7, 8, "Moin!"),
            Greeting("a", 8.5, 8.6, "Moin!"),  # it was just being killed
            Greeting("a", 8, 9, None),
        ],
        visits=1,
        away={"a": (8.5, 9.5)},
        killed={"a": 8.7},
    ),
}
BAD = {
    "the last one is lost": ("lost_writes", History([FIRST, SECOND], final=ends(one=(10, "first")))),
    "nothing is left": ("lost_writes", History([FIRST, SECOND], final=ends())),
    "nothing is left but an older deletion": (
        "lost_writes",
        History([FIRST, delete("gone", 2, 10), put("new", 3, 0, 12)], final=ends()),
    ),
    "what was deleted is back": ("lost_writes", History([FIRST, delete("gone", 2, 10)], final=ends(one=(10, "first")))),
    "lost on one instance": (
        "lost_writes",
        History([FIRST, SECOND], final={"a": {"one": (11, "second")}, "b": {"one": (10, "first")}}),
    ),
    "lost although it was sent twice": (
        "lost_writes",
        History([FIRST, put("second", 2, 10, outcome=UNKNOWN), put("second", 4, 10, 11)], final=ends(one=(10, "first"))),
    ),
    "refused and there": (
        "phantoms",
        History([FIRST, put("late", 3, 9, outcome=REFUSED)], final=ends(one=(11, "late"))),
    ),
    "not made, and there": ("phantoms", History([FIRST, put("late", 3, 10, outcome=UNDONE)], [read(5, 11, "late")])),
    "nobody's": ("phantoms", History([FIRST], [read(5, 11, "whose?")])),
    "a greeting that was refused": (
        "phantoms",
        History([put("late", 3, 9, outcome=REFUSED)], greetings=[Greeting("a", 4, 5, "late")]),
    ),
    "two contents with one revision": (
        "repeated_revisions",
        History([FIRST, put("second", 2, 10, 11), put("unsure", 2, 10, outcome=UNKNOWN)], [read(3, 11, "unsure")]),
    ),
    "two greetings with one revision": ("repeated_revisions", History([FIRST, put("other", 2, 0, 10, key="two")])),
    "two replaced the same": ("stale_writes", History([FIRST, SECOND, put("too", 2, 10, 12)])),
    "replaced and deleted": ("stale_writes", History([FIRST, SECOND, delete("gone", 2, 10)])),
    "one passed over another": ("stale_writes", History([FIRST, put("blind", 1, None, 11), put("third", 1, 10, 12)])),
    "a revision before the one it replaced": ("stale_writes", History([put("first", 1, 10, 9)])),
    "later, and an earlier revision": ("stale_writes", History([put("first", 1, 0, 10), put("two", 2, 0, 9, key="two")])),
    "shown again as it was before": (
        "revisions_gone_back",
        History([FIRST, put("unsure", 2, 10, outcome=UNKNOWN)], [read(3, 11, "unsure"), read(4, 10, "first")]),
    ),
    "shown no more": ("revisions_gone_back", History([FIRST], [read(3, 10, "first"), read(4, None, None)])),
    "older than acknowledged": ("revisions_gone_back", History([FIRST, SECOND], [read(3, 10, "first", resets=1)])),
    "acknowledged and not shown": ("revisions_gone_back", History([FIRST], [read(3, None, None)])),
    "deleted and shown": ("revisions_gone_back", History([FIRST, delete("gone", 2, 10)], [read(3, 10, "first")])),
    "a step is missing": (
        "counter_faults",
        History([step(1, 1, 0, 10), step(2, 2, 10, 11)], final=ends(counter=(11, "1 s1"))),
    ),
    "a step too many": ("counter_faults", History([step(1, 1, 0, 10)], final=ends(counter=(10, "2 s1")))),
    "no counter": ("counter_faults", History([step(1, 1, 0, 10)], final=ends())),
    "not the same in the end": (
        "disagreements",
        History([FIRST, UNSURE], final={"a": {"one": (10, "first")}, "b": {"one": (12, "unsure")}}),
    ),
    "no greeting": ("failed_greetings", History(greetings=[Greeting("a", 1, 2, None, "503")])),
    "no greeting before it was killed": (
        "failed_greetings",
        History(greetings=[Greeting("a", 1, 2, None, "503")], away={"a": (3, 4)}),
    ),
    "no greeting of the other": (
        "failed_greetings",
        History(greetings=[Greeting("b", 3, 4, None, "503")], away={"a": (3, 4)}),
    ),
    "it hangs": ("hung", History([put("slow", 1, 0, 10, seconds=LONGEST + 1)])),
    "visits too few": ("visit_faults", History(greetings=[Greeting("a", 1, 2, "Moin!")] * 3, visits=2)),
    "visits counted twice": ("visit_faults", History(greetings=[Greeting("a", 1, 2, "Moin!")] * 3, visits=6)),
    "visits lost by one that ended well": (
        "visit_faults",
        History(greetings=[Greeting("a", 7, 8, "Moin!")], visits=0, away={"a": (8.5, 9.5)}),
    ),
    "more visits lost than a second's": (
        "visit_faults",
        History(
            greetings=[Greeting("a", 1, 2, "Moin!"), Greeting("a", 7, 8, "Moin!")],
            visits=0,
            away={"a": (8.5, 9.5)},
            killed={"a": 8.7},
        ),
    ),
}


@pytest.mark.parametrize("history", GOOD.values(), ids=GOOD)
def test_what_may_happen_is_no_fault(history):
    assert faults(history) == {}


@pytest.mark.parametrize(("check", "history"), BAD.values(), ids=BAD)
def test_what_may_not_happen_is_found(check, history):
    found = faults(history)
    assert found.get(check), f"{check} found nothing: {found}"


def test_every_check_finds_something():
    assert {check for check, _ in BAD.values()} == {check.__name__ for check in CHECKS}


def test_the_longest_time_without_an_acknowledged_write():
    writes = [put("first", 1, 0, 10), put("second", 2, 10, 11), put("late", 4, 9, outcome=REFUSED), put("third", 6, 11, 12)]
    assert longest_pause(History(writes)) == 4
    assert longest_pause(History([dataclasses.replace(writes[0], outcome=UNKNOWN)])) == float("inf")
