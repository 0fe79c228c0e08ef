"""A Redis master with two replicas, and a sentinel beside each: Debian's programs, on three hosts."""

import contextlib
import json
import pathlib
import signal
import subprocess

import resp
from network import STORE, run
from resp import RedisError, pairs
from server import wait_until

MASTER_NAME = "greeter"
FAILOVER_TIMEOUT = 4  # seconds
USER, PREFIX = "customer-c", "customer-c:"
PASSWORDS = {name: f"{name}-password-of-the-tests" for name in (USER, "replica", "sentinel", "sentinels", "admin")}
RIGHTS = {
    USER: f"~{PREFIX}* resetchannels -@all +@read +@write +@transaction +@connection -@dangerous +eval +wait +role +time",
    "replica": "-@all +psync +replconf +ping",
    "sentinel": "allchannels -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info "
    "+client|setname +client|kill +script|kill",
    "admin": "~* &* +@all",
}
# Nobody can log in as the default user, but Redis 7.0 reads its log of writes as that one, and skips every transaction in
# it to which this user has no right.
NOBODY = "user default off resetpass ~* &* +@all"
NODE = """\
bind 0.0.0.0
protected-mode no
port 6379
dir {data}
unixsocket {socket}
aclfile {folder}/users.acl
masteruser replica
masterauth {replica}
save ""
appendonly yes
min-replicas-to-write 1
min-replicas-max-lag 2
repl-diskless-sync-delay 0
"""
SENTINEL = """\
bind 0.0.0.0
protected-mode no
port 26379
dir {folder}
unixsocket {socket}
requirepass {sentinels}
sentinel sentinel-pass {sentinels}
sentinel monitor {master_name} {master} 6379 2
sentinel auth-user {master_name} sentinel
sentinel auth-pass {master_name} {sentinel}
sentinel down-after-milliseconds {master_name} 3000
sentinel failover-timeout {master_name} {failover_timeout}000
sentinel parallel-syncs {master_name} 2
"""


class Process:
    """A program on a host: started, stopped for a while, killed."""

    def __init__(self, host, folder):
        self.host = host
        self.name = f"{self.kind}-{host.name}"
        self.folder = pathlib.Path(folder) / self.name
        self.folder.mkdir()
        self.socket = self.folder / "socket"
        self.process = None

    @property
    def address(self):
        return self.host.address

    def launch(self, *command):
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen([*self.host.enter, *command], stdout=log, stderr=log)

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.runs:
            self.process.kill()
            self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        if self.runs:
            self.process.send_signal(signal.SIGCONT)

    def ask(self, *command, **options):
        return resp.ask(self.socket, self.user, PASSWORDS[self.password], *command, **options)

    def answers(self):
        try:
            return self.runs and self.ask("PING", seconds=1) == "PONG"
        except RedisError:
            return False


class Redis(Process):
    kind, user, password = "redis", "admin", "admin"

    def __init__(self, host, folder, master=None):
        super().__init__(host, folder)
        self.data = self.folder / "data"  # a disk of its own, which can be full
        self.data.mkdir()
        run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(self.data))
        users = [f"user {name} on >{PASSWORDS[name]} {rights}" for name, rights in RIGHTS.items()]
        (self.folder / "users.acl").write_text("\n".join([NOBODY, *users, ""]))
        settings = NODE.format(data=self.data, socket=self.socket, folder=self.folder, **PASSWORDS)
        settings += f"replicaof {master.address} 6379\n" if master else ""
        (self.folder / "redis.conf").write_text(settings)

    def start(self):
        self.launch("redis-server", str(self.folder / "redis.conf"))
        return self

    def info(self, section="replication"):
        lines = (line.split(":", 1) for line in self.ask("INFO", section).splitlines() if ":" in line)
        return dict(lines)

    def is_master(self):
        """Sentinels that change the role of one end all connections to it, ours among them."""
        try:
            return self.info()["role"] == "master"
        except RedisError:
            return False

    def fill_disk(self):
        with contextlib.suppress(OSError), open(self.data / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(bytes(1 << 20))
        with contextlib.suppress(OSError), open(self.data / "filler", "ab", buffering=0) as filler:
            while True:
                filler.write(bytes(512))

    def free_disk(self):
        (self.data / "filler").unlink()

    def greetings(self):
        """As it has them: id -> (revision, text)."""
        rows = pairs(self.ask("HGETALL", f"{PREFIX}greetings"))
        split = {name.split("/")[1]: row.split(" ", 3) for name, row in rows.items()}
        return {id: (int(revision), json.loads(content)["text"]) for id, (revision, _, _, content) in split.items()}

    def follows(self, master):
        info = self.info()
        return (info["role"], info.get("master_host"), info.get("master_link_status")) == ("slave", master.address, "up")


class Sentinel(Process):
    kind, user, password = "sentinel", "default", "sentinels"

    def __init__(self, host, folder, master):
        super().__init__(host, folder)
        settings = SENTINEL.format(
            folder=self.folder,
            socket=self.socket,
            master=master.address,
            master_name=MASTER_NAME,
            failover_timeout=FAILOVER_TIMEOUT,
            **PASSWORDS,
        )
        (self.folder / "sentinel.conf").write_text(settings)

    def start(self):
        self.launch("redis-server", str(self.folder / "sentinel.conf"), "--sentinel")
        return self

    def master_address(self):
        return self.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME)[0]

    def sees(self):
        """How many replicas that are well and how many other sentinels it knows."""
        replicas = map(pairs, self.ask("SENTINEL", "REPLICAS", MASTER_NAME))
        others = map(pairs, self.ask("SENTINEL", "SENTINELS", MASTER_NAME))
        well = [each for each in replicas if each["flags"] == "slave" and each["master-link-status"] == "ok"]
        return len(well), len([each for each in others if each["flags"] == "sentinel"])


class System:
    """All six."""

    def __init__(self, network, folder):
        self.network = network
        hosts = [network.host(name) for name in ("one", "two", "three")]
        first = Redis(hosts[0], folder)
        self.nodes = [first, *(Redis(host, folder, first) for host in hosts[1:])]
        self.sentinels = [Sentinel(host, folder, first) for host in hosts]
        self.all = [*self.nodes, *self.sentinels]

    def url(self):
        hosts = ",".join(sentinel.address for sentinel in self.sentinels)
        return f"redis+sentinel://{USER}@{hosts}/{MASTER_NAME}?prefix={PREFIX}"

    def start(self):
        for each in self.nodes:
            each.start()
        for each in self.nodes:
            wait_until(f"{each.name} answers", each.answers)
        for each in self.sentinels:
            each.start()
        return self

    def heal(self):
        """Whatever was done to it: starts and resumes everything, and waits until all are one system again. Sentinels that
        look more often find their former master, which believes to be one still, in seconds instead of 20."""
        for each in self.all:
            each.host.join(STORE)
            each.resume()
            if not each.runs:
                each.start()
        for each in self.all:
            wait_until(f"{each.name} answers", each.answers)
        for each in self.sentinels:
            each.ask("SENTINEL", "DEBUG", "INFO-PERIOD", 500, "PUBLISH-PERIOD", 500)
        wait_until("the system is whole", self.whole, 60)
        for each in self.sentinels:
            each.ask("SENTINEL", "DEBUG", "INFO-PERIOD", 10000, "PUBLISH-PERIOD", 2000)

    def node_at(self, address):
        return next(node for node in self.nodes if node.address == address)

    def master(self):
        """The one that all living sentinels agree about."""
        named = {each.master_address() for each in self.sentinels if each.runs}
        assert len(named) == 1, f"the sentinels name {named}"
        return self.node_at(named.pop())

    def lost_elections(self):
        """How often a sentinel was not elected to fail over, as where two of them stand at the same moment."""
        return max((each.folder / "log").read_text().count("-failover-abort-not-elected") for each in self.sentinels)

    def replicas(self):
        master = self.master()
        return [node for node in self.nodes if node is not master]

    def whole(self):
        try:
            master = self.master()
            return (
                master.is_master()
                and all(node.follows(master) for node in self.nodes if node is not master)
                and all(each.sees() == (2, 2) for each in self.sentinels)
            )
        except (AssertionError, RedisError):
            return False

    def failed_over(self, old):
        """A master other than `old` is named by a majority of the sentinels, and is one."""
        named = []
        for each in self.sentinels:
            with contextlib.suppress(RedisError):
                named.append(each.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME, seconds=1)[0])
        others = [address for address in named if address != old.address]
        if len(others) < 2 or len(set(others)) > 1:
            return None
        new = self.node_at(others[0])
        return new if new.is_master() else None

    def each_node(self, *command):
        for node in self.nodes:
            node.ask(*command)

    def disconnect(self, user):
        self.each_node("CLIENT", "KILL", "USER", user)

    def end(self):
        for each in self.all:
            each.resume()
            each.kill()
