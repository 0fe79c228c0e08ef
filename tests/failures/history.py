"""What writers and readers have seen, and whether a store that keeps its promises can have shown it to them.

Every write says something that no other says, so whatever is read names the write that made it. A write that was not
acknowledged may be sent again under its name: all attempts together are one write."""

import collections
import dataclasses
import itertools

OK = "ok"
REFUSED = "refused"  # 412: what was there is not what the writer had seen
UNDONE = "undone"  # 503: it was not made
UNKNOWN = "unknown"  # 503 that says so, or no answer
LONGEST = 8.0  # seconds until an answer, whatever has failed
BATCH = 1.5  # seconds of counts that an instance may take along when it is killed
OWN_TEXT = "Moin!"  # of the customer, where no greeting is due
COUNTER = "counter"  # its texts begin with a number, which every write raises by one


@dataclasses.dataclass(frozen=True)
class Write:
    """An attempt."""

    name: str
    key: str
    text: str | None  # None: a deletion
    base: int | None  # revision that must be there; 0: none; None: whatever is there
    instance: str
    begun: float
    ended: float
    outcome: str
    revision: int | None = None  # of an acknowledged one that is no deletion


@dataclasses.dataclass(frozen=True)
class Read:
    """Of one greeting; `revision` and `text` are None where there was none. `resets`: how often the instance had said
    that what it told before need not be true; None: while it did so."""

    key: str
    instance: str
    begun: float
    ended: float
    revision: int | None
    text: str | None
    resets: int | None = 0


@dataclasses.dataclass(frozen=True)
class Greeting:
    instance: str
    begun: float
    ended: float
    text: str | None  # None: it failed
    problem: str = ""


@dataclasses.dataclass
class History:
    """`final`: key -> (revision, text) in the end, as each instance has it, by instance. `visits`: how many more were counted
    than before. `away`: instance -> from when until when it was stopped, and nobody expects answers; `killed`: instance -> when
    it was gone, of those that had no time to end well."""

    writes: list = dataclasses.field(default_factory=list)
    reads: list = dataclasses.field(default_factory=list)
    greetings: list = dataclasses.field(default_factory=list)
    final: dict = dataclasses.field(default_factory=dict)
    visits: int | None = None
    away: dict = dataclasses.field(default_factory=dict)
    killed: dict = dataclasses.field(default_factory=dict)


def together(attempts):
    """The one write that these attempts are."""
    attempts = sorted(attempts, key=lambda write: write.begun)
    outcomes = {write.outcome for write in attempts}
    outcome = next(each for each in (OK, UNKNOWN, REFUSED, UNDONE) if each in outcomes)
    last = next((write for write in attempts if write.outcome == OK), attempts[-1])
    return dataclasses.replace(last, begun=attempts[0].begun, outcome=outcome)


def writes_of(history):
    """Every write once, by key."""
    attempts = collections.defaultdict(list)
    for write in history.writes:
        attempts[write.name].append(write)
    by_key = collections.defaultdict(list)
    for each in attempts.values():
        write = together(each)
        by_key[write.key].append(write)
    return by_key


def least_revision(write):
    """What a key has to have at least after this acknowledged write, where it has anything."""
    return write.revision if write.text is not None else write.base + 1


def explains_absence(writes, at_least):
    """Somebody may have deleted what had at least this revision."""
    return any(write.text is None and write.outcome in (OK, UNKNOWN) and write.base >= at_least for write in writes)


def lost_writes(history):
    """Acknowledged, and not there in the end, nor replaced or deleted by a later one."""
    faults = []
    for key, writes in writes_of(history).items():
        acknowledged = [write for write in writes if write.outcome == OK]
        for instance, table in history.final.items():
            revision, _ = table.get(key, (None, None))
            for write in acknowledged:
                if revision is None and write.text is not None and not explains_absence(writes, write.revision):
                    faults.append(f"{instance} has no {key} in the end, and nobody deleted {write}")
                if revision is not None and revision < least_revision(write):
                    faults.append(f"{instance} has revision {revision} of {key} in the end, older than {write}")
    return faults


def seen(history):
    """Every (key, revision, text) that somebody was shown."""
    for write in history.writes:
        if write.outcome == OK and write.text is not None:
            yield write.key, write.revision, write.text
    for read in history.reads:
        if read.revision is not None:
            yield read.key, read.revision, read.text
    for table in history.final.values():
        for key, (revision, text) in table.items():
            yield key, revision, text


def phantoms(history):
    """Shown, although it was refused, or said not to have been made, or never written."""
    known = {(key, write.text): write for key, writes in writes_of(history).items() for write in writes}
    faults = []
    for key, revision, text in set(seen(history)):
        write = known.get((key, text))
        if write is None or write.outcome not in (OK, UNKNOWN):
            faults.append(f"revision {revision} of {key} says {text!r}, which is {write or 'nobody’s'}")
    texts = {write.text for (_, text), write in known.items() if text is not None and write.outcome in (OK, UNKNOWN)}
    for greeting in history.greetings:
        if greeting.text is not None and greeting.text not in texts and greeting.text != OWN_TEXT:
            faults.append(f"nobody wrote what {greeting} says")
    return faults


def repeated_revisions(history):
    """Two contents with one revision."""
    texts = collections.defaultdict(set)
    for key, revision, text in seen(history):
        texts[revision].add((key, text))
    return [f"revision {revision} was given to {sorted(each)}" for revision, each in texts.items() if len(each) > 1]


def stale_writes(history):
    """Acknowledged, although the writer had not seen what was acknowledged before."""
    faults = []
    for writes in writes_of(history).values():
        acknowledged = [write for write in writes if write.outcome == OK]
        bases = collections.defaultdict(list)
        for write in acknowledged:
            if write.base:
                bases[write.base].append(write)
        faults += [f"revision {base} was replaced more than once: {each}" for base, each in bases.items() if len(each) > 1]
        puts = sorted((write for write in acknowledged if write.text is not None), key=lambda write: write.revision)
        for before, after in itertools.pairwise(puts):
            if after.base and after.base < before.revision:
                faults.append(f"{after} passed over {before}")
        for write in puts:
            if write.base and write.base >= write.revision:
                faults.append(f"{write} has a revision no later than the one it replaced")
    return faults + out_of_order(history)


def out_of_order(history):
    """Acknowledged before another began, and has the later revision."""
    faults, newest = [], None
    puts = [write for writes in writes_of(history).values() for write in writes if write.revision is not None]
    waiting = sorted(puts, key=lambda write: write.ended)
    for write in sorted(puts, key=lambda write: write.begun):
        while waiting and waiting[0].ended < write.begun:
            done = waiting.pop(0)
            newest = done if newest is None or done.revision > newest.revision else newest
        if newest and newest.revision > write.revision:
            faults.append(f"{write} began after the end of {newest}")
    return faults


def revisions_gone_back(history):
    """An instance shows what is older than what it has acknowledged; or than what it has shown, without having said so."""
    faults = []
    writes = writes_of(history)
    shown, done = {}, {}  # (instance, key) -> (resets, revision), and the last acknowledged write
    waiting = sorted((write for write in history.writes if write.outcome == OK), key=lambda write: write.ended)
    for read in sorted(history.reads, key=lambda read: read.begun):
        while waiting and waiting[0].ended < read.begun:
            write = waiting.pop(0)
            place = (write.instance, write.key)
            if place not in done or least_revision(write) > least_revision(done[place]):
                done[place] = write
        place = (read.instance, read.key)
        if (write := done.get(place)) and older(read, least_revision(write), write.revision or write.base, writes):
            faults.append(f"{read} is older than {write}")
        if read.resets is None:
            continue
        resets, revision = shown.get(place, (read.resets, 0))
        if read.resets != resets:
            revision = 0
        elif revision and older(read, revision, revision, writes):
            faults.append(f"{read} is older than revision {revision}, which was shown before")
        shown[place] = (read.resets, read.revision or revision)
    return faults


def older(read, revision, deleted, writes):
    """Than `revision`; or, where nothing is there, than the deletion of revision `deleted` or a later one."""
    if read.revision is not None:
        return read.revision < revision
    return not explains_absence(writes[read.key], deleted)


def counter_faults(history):
    """The counter is not as far as the acknowledged steps, or farther than all that may have been made."""
    steps = [write for write in writes_of(history)[COUNTER] if write.text is not None]
    acknowledged = sum(write.outcome == OK for write in steps)
    most = acknowledged + sum(write.outcome == UNKNOWN for write in steps)
    faults = []
    for instance, table in history.final.items():
        value = int(table[COUNTER][1].split()[0]) if COUNTER in table else 0
        if not acknowledged <= value <= most:
            faults.append(f"{instance} counts {value}, and {acknowledged} to {most} steps were made")
    return faults


def disagreements(history):
    """In the end every instance has the same."""
    tables = list(history.final.items())
    return [f"{a} has {one}, and {b} {other}" for (a, one), (b, other) in itertools.pairwise(tables) if one != other]


def asked_while_away(history, greeting):
    begin, end = history.away.get(greeting.instance, (float("inf"), 0))
    return greeting.ended >= begin and greeting.begun <= end


def failed_greetings(history):
    return [
        f"{greeting}"
        for greeting in history.greetings
        if greeting.text is None and not asked_while_away(history, greeting)
    ]


def hung(history):
    """Answers that let the client wait too long."""
    return [
        f"{each} took {each.ended - each.begun:.1f} s"
        for each in (*history.writes, *history.reads, *history.greetings)
        if each.ended - each.begun > LONGEST
    ]


def visit_faults(history):
    """Counted are all greetings given; those of which nobody knows whether they were, perhaps; and of an instance that was
    killed, perhaps not the last."""
    if history.visits is None:
        return []
    given = sum(greeting.text is not None for greeting in history.greetings)
    unknown = len(history.greetings) - given
    last = sum(
        greeting.text is not None and killed - BATCH <= greeting.ended and greeting.begun <= killed
        for greeting in history.greetings
        if (killed := history.killed.get(greeting.instance))
    )
    if given - last <= history.visits <= given + unknown:
        return []
    return [f"{history.visits} visits are counted; {given - last} to {given + unknown} were made"]


CHECKS = (
    lost_writes,
    phantoms,
    repeated_revisions,
    stale_writes,
    revisions_gone_back,
    counter_faults,
    disagreements,
    failed_greetings,
    hung,
    visit_faults,
)


def faults(history):
    """Check -> what it found; empty: all promises were kept."""
    return {check.__name__: found for check in CHECKS if (found := check(history))}


def longest_pause(history):
    """Seconds between two acknowledged writes that follow each other, at most."""
    ends = sorted(write.ended for write in history.writes if write.outcome == OK)
    return max((after - before for before, after in itertools.pairwise(ends)), default=float("inf"))
