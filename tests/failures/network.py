"""Hosts of their own (network namespaces) on one bridge. A partition puts some of them on another bridge: what they send to
the rest is lost without a word, as behind a broken switch.

Only within scripts/failures, which gives the tests a network, mounts and process numbers of their own: when it ends, however
it ends, nothing of this is left."""

import contextlib
import itertools
import subprocess

STORE, APART, CLIENTS = "store", "apart", "clients"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
    return done.stdout


class Network:
    """`store` carries what programs say to each other; over `clients` the tests reach the instances, whatever is cut."""

    def __init__(self):
        run("mount", "-t", "tmpfs", "tmpfs", "/run")  # for ip netns
        with open("/proc/sys/net/ipv4/ip_forward", "w") as forward:
            forward.write("0")
        run("ip", "link", "set", "lo", "up")
        for bridge in (STORE, APART, CLIENTS):
            run("ip", "link", "add", bridge, "type", "bridge")
            run("ip", "link", "set", bridge, "up")
        run("ip", "address", "add", "10.2.0.254/24", "dev", CLIENTS)
        self._numbers = itertools.count(1)

    def host(self, name, clients=False):
        return Host(name, next(self._numbers), clients)


class Host:
    def __init__(self, name, number, clients):
        self.name = name
        self.address = f"10.1.0.{number}"
        self.client_address = f"10.2.0.{number}"
        self.enter = ("nsenter", f"--net=/run/netns/{name}")
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        self._plug(STORE, f"s-{name}", "eth0", self.address)
        if clients:
            self._plug(CLIENTS, f"c-{name}", "eth1", self.client_address)

    def _plug(self, bridge, port, device, address):
        run("ip", "link", "add", port, "type", "veth", "peer", "name", device, "netns", self.name)
        run("ip", "-n", self.name, "address", "add", f"{address}/24", "dev", device)
        run("ip", "-n", self.name, "link", "set", device, "up")
        self.join(bridge, port)

    def join(self, bridge, port=None):
        port = port or f"s-{self.name}"
        run("ip", "link", "set", port, "master", bridge, "up")


@contextlib.contextmanager
def partition(*hosts):
    """These hosts reach each other, and nobody else."""
    for host in hosts:
        host.join(APART)
    try:
        yield
    finally:
        for host in hosts:
            host.join(STORE)
