"""What a server costs: processor time and memory of all its processes, as Linux accounts for them."""
from __future__ import annotations

import os
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Bytes. `pss` counts a page shared by n processes as 1/n for each, so the sum over processes is what they occupy."""

    pss: int
    rss: int


def processes(session: int, ended: bool = False) -> list[int]:
    """The live processes of a session, or those that have ended and are still listed. A server is started in a session of its
    own, and its workers stay in it."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            # The command's name may hold spaces; the session is the fourth field after it.
            fields = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and (fields[0] in "ZX") == ended:
            found.append(int(name))
    return found


def cpu_nanoseconds(session: int) -> int:
    """Processor time of all live threads so far; what ended threads have used is not in it."""
    total = 0
    for pid in processes(session):
        for schedstat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(schedstat.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass
    return total


def memory(session: int) -> Memory:
    sums = {"Pss": 0, "Rss": 0}
    for pid in processes(session):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for line in lines:
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0]) * 1024
    return Memory(sums["Pss"], sums["Rss"])


def machine() -> dict[str, object]:
    """What the figures depend on and a reader can't see from them."""
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), os.uname().machine)
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "kernel": os.uname().release}


def file_system(folder: Path) -> str:
    """What a folder's files are on, such as ext4."""
    found = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=False)
    return found.stdout.strip().replace("ext2/ext3", "ext4")


def time_wait_sockets() -> int:
    """Ended connections whose ports the kernel still holds back, on the whole machine."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        words = line.split()
        if words[0] == "TCP:":
            return int(words[words.index("tw") + 1])
    return 0


def tracked_connections() -> float:
    """How full the firewall's table of connections is, 0 to 1; 0 where there is none."""
    folder = Path("/proc/sys/net/netfilter")
    try:
        return int((folder / "nf_conntrack_count").read_text()) / int((folder / "nf_conntrack_max").read_text())
    except FileNotFoundError:
        return 0


def used_seconds() -> float:
    """Processor time of all cores that was not idle; what the hypervisor took for others counts, too."""
    times = [int(word) for word in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
    return (sum(times) - times[3] - times[4]) / os.sysconf("SC_CLK_TCK")


def kernel_seconds() -> float:
    """Of the kernel's own threads, which write to the disk for the servers."""
    ticks, kthreadd = 0, 2
    for name in os.listdir("/proc"):
        try:
            fields = Path("/proc", name, "stat").read_text().rpartition(")")[2].split() if name.isdigit() else []
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields and int(fields[1]) == kthreadd:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Of this program and the children it has waited for, which are the load generators, and of the kernel's threads."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime + kernel_seconds()


class Elsewhere:
    """How much of the machine goes to neither the server nor its load, from making this object on."""

    def __init__(self) -> None:
        self.begin, self.used, self.own = time.monotonic(), used_seconds(), own_seconds()

    def share(self, server_seconds: float = 0) -> float:
        """0 to 1, of all cores."""
        used = used_seconds() - self.used - (own_seconds() - self.own) - server_seconds
        return max(0.0, used / (time.monotonic() - self.begin) / len(os.sched_getaffinity(0)))
