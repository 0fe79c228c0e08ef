"""The customers' folder of a run, rewritten again and again, and what may be answered for it at any moment."""
import json
import os
import random
import re
import shutil

DOMAIN = "parcellab.com"
HOSTILE = "hostile"  # the customer whom hostile clients ask for, and good ones never
GUEST = "aaa-guest"  # first in the order of customers, there in even generations only: all others move by one
PLAIN = "soak-plain"  # a plain file, replaced by rename(2); the others are links through ..data, as in a ConfigMap
STEADY = ["soak-1", "soak-2", "soak-3", "soak-4", "soak-5"]
GOOD = [*STEADY, PLAIN, GUEST]

DECORATION = {
    "soak-2": 'Grüß Gott 👋🏽 "quoted" \\back\\ \tTab\u0007',
    "soak-3": "x" * 5000,
    "soak-4": "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    HOSTILE: "y" * 30_000,
}

FAULTS = [
    "customer: [\n",
    "customer:\n  name: soak-1\n  greeting: of two customers\n",
    'customer:\n  name: X\n  greeting: " "\n',
    "customer:\n  name: X\n  greeting: yes\n",
    "customer:\n  name: X\n  greeting: x\n  hosts: [soak-2.parcellab.com]\n",
    "customer:\n  name: X\n  greeting: x\n  grating: x\n",
    "customer:\n  name: X\n  greeting: \udcff\n",
    "",
]


def hosts_of(customer):
    return [f"{customer}.{DOMAIN}", f"{customer}.localhost", f"hello.{customer}.example.com"]


def text_of(customer, generation):
    padding = "." * random.Random(f"{customer} {generation}").randrange(200)  # lengths tell mixed answers apart
    return f"g{generation} {customer} {DECORATION.get(customer, '')}{padding}"


def body_of(customer, generation):
    return ('{"response":' + json.dumps(text_of(customer, generation), ensure_ascii=False) + "}").encode()


def exists_in(customer, generation):
    return customer != GUEST or generation % 2 == 0


class Truth:
    """Which generations of a customer have been written, and which have been seen. A generation that has once been
    answered is never followed by an older one."""

    def __init__(self):
        self.begun = dict.fromkeys([*GOOD, HOSTILE], 0)
        self.confirmed = dict.fromkeys([*GOOD, HOSTILE], 0)
        self.refused = set()  # generations that were written with a fault
        self.tags = {}  # entity tag -> customer, generation

    def generation_in(self, customer, body):
        """The generation whose greeting this is; None: it is no greeting of that customer."""
        found = re.match(rb'\{"response":"g(\d{1,9}) ', body)
        if not found or body != body_of(customer, int(found[1])):
            return None
        return int(found[1])

    def is_possible(self, customer, generation, least):
        return (
            least <= generation <= self.begun[customer]
            and generation not in self.refused
            and exists_in(customer, generation)
        )

    def may_be_missing(self, customer, least):
        """Whether some generation since `least` does not have this customer."""
        return any(not exists_in(customer, generation) for generation in range(least, self.begun[customer] + 1))

    def confirm(self, customer, generation):
        self.confirmed[customer] = max(self.confirmed[customer], generation)

    def learn_tag(self, tag, customer, generation):
        """False: the tag stands for something else."""
        return self.tags.setdefault(tag, (customer, generation)) == (customer, generation)

    def may_stand_for(self, tag, customer, generations):
        """Whether the tag is that of one of these generations. One that nobody got with its body, as the last may be when
        the run ends, can have any tag that is not known to be another's."""
        if tag in self.tags:
            return self.tags[tag][0] == customer and self.tags[tag][1] in generations
        tagged = set(self.tags.values())
        return any(
            self.is_possible(customer, generation, generation) and (customer, generation) not in tagged
            for generation in generations
        )


class Folder:
    """Files of one generation at a time."""

    def __init__(self, path, truth):
        self.path, self.generation = path, 0
        self._generations = path.with_name("generations")
        self._truth = truth
        path.mkdir()
        self._generations.mkdir()
        self.write()

    def write(self, fault=None):
        """The next generation. With a fault it is refused once, and may never be answered: it comes in one step, lest the
        server read half of it where this process is held up."""
        self.generation += 1
        folder = self._prepare(fault)
        if fault is not None:
            self._truth.refused.add(self.generation)
            self._swap(folder)
        else:
            self._truth.begun = dict.fromkeys(self._truth.begun, self.generation)
            self._unlink(folder)
            self._swap(folder)
            self._link(folder)
            self._replace_plain()
        # The folder before is left for a reader who is still at it.
        shutil.rmtree(self._generations / f"g{self.generation - 2}", ignore_errors=True)

    def _values(self, customer):
        text = json.dumps(text_of(customer, self.generation), ensure_ascii=False)
        return f"customer:\n  name: {customer}\n  greeting: {text}\n  hosts:\n    - {hosts_of(customer)[2]}\n"

    def _prepare(self, fault):
        """Beside the folder that the server watches: to write takes its time."""
        folder = self._generations / f"g{self.generation}"
        folder.mkdir()
        linked = self.generation if fault is None else self.generation - 1
        for customer in [*STEADY, HOSTILE, GUEST]:
            if exists_in(customer, linked):
                (folder / f"{customer}.yaml").write_text(self._values(customer))
        if fault is not None:
            (folder / "soak-5.yaml").write_text(fault, errors="surrogateescape")
        return folder

    def _swap(self, folder):
        (self.path / "..next").symlink_to(folder)
        os.replace(self.path / "..next", self.path / "..data")

    def _unlink(self, folder):
        for link in self.path.glob("*.yaml"):
            if link.is_symlink() and not (folder / link.name).exists():
                link.unlink()

    def _link(self, folder):
        for file in folder.iterdir():
            if not (self.path / file.name).is_symlink():
                (self.path / file.name).symlink_to(f"..data/{file.name}")

    def _replace_plain(self):
        (self.path / ".next").write_text(self._values(PLAIN))
        os.replace(self.path / ".next", self.path / f"{PLAIN}.yaml")
