#!/usr/bin/env python3
"""Good and hostile clients at once, against one real server: soak.py SECONDS GREETER. See scripts/soak."""
import asyncio
import json
import os
import pathlib
import random
import resource
import signal
import sys
import tempfile
import time

import customers
import verdict
from findings import Durations, Findings
from good import GoodClients
from service import LIMITS, SHUTDOWN_DELAY, SHUTDOWN_GRACE, TOLERANCE, Service

GOOD_CLIENTS = 24
RELOAD_EVERY = 1
SAMPLE_EVERY = 1
TELL_EVERY = 10
MEBIBYTE = 1024 * 1024

# What is ordered, again and again, with a second between; after the last one a quiet while. The first round belongs to
# the warm-up: memory has seen its worst then.
ROUND = ["break", "crowd", "flood", "squeeze"]
QUIET = 5


def drops_packets():
    """Where packets are filtered, connections of other programs may have filled the kernel's table."""
    table = pathlib.Path("/proc/sys/net/netfilter")
    try:
        return int((table / "nf_conntrack_count").read_text()) > 0.97 * int((table / "nf_conntrack_max").read_text())
    except OSError:
        return False


class HostileClients:
    """The process of tests/soak/hostile.py, which ends when its standard input does."""

    async def start(self, port):
        script = pathlib.Path(__file__).with_name("hostile.py")
        self._process = await asyncio.create_subprocess_exec(
            "setpriv", "--pdeathsig", "KILL", "--", sys.executable, str(script), str(port),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    async def order(self, what):
        self._process.stdin.write(f"{what}\n".encode())
        answer = await asyncio.wait_for(self._process.stdout.readline(), 60)
        if json.loads(answer or "{}") != {"done": what}:
            raise RuntimeError(f"the hostile clients have come to an end: {answer!r}")

    async def stop(self):
        """What they have counted, and what they complain of."""
        self._process.stdin.close()
        lines = (await asyncio.wait_for(self._process.stdout.read(), 60)).splitlines()
        if await asyncio.wait_for(self._process.wait(), 10) or not lines:
            raise RuntimeError("the hostile clients have come to a bad end")
        return json.loads(lines[-1])  # before it the end of what was ordered last

    def kill(self):
        if self._process.returncode is None:
            self._process.kill()


class Soak:
    def __init__(self, seconds, greeter, folder):
        self.seconds, self.findings, self.durations = seconds, Findings(), Durations()
        self.truth = customers.Truth()
        self.folder = customers.Folder(folder / "customers", self.truth)
        self.service = Service(greeter, self.folder.path, folder)
        self.hostile, self.good = HostileClients(), None
        self.samples, self.refused = [], 0
        self.reloading, self.attacking = asyncio.Lock(), asyncio.Lock()  # what is not broken off in the middle
        self.start = 0.0
        self.warm = None  # the end of the warm-up

    async def run(self):
        await asyncio.to_thread(self.service.wait_until_ready)
        self.good = GoodClients(("127.0.0.1", self.service.port), self.truth, self.findings, self.durations)
        first = await self._settled()  # before anybody connects, to the management port either
        before = await asyncio.to_thread(self.service.metrics)
        await self.hostile.start(self.service.port)
        self.start = time.monotonic()
        await self._serve()
        report = await self.hostile.stop()
        await self.good.stop()
        for complaint in report["complaints"]:
            self.findings.fail("a hostile client got what it should not", complaint)
        self.findings.count("attacks", sum(report["counts"].values()))
        await self._check_at_rest(before, first)
        await self._check_shutdown()

    async def _settled(self):
        """Each worker opens what it needs when its thread runs, which is a moment after the ports are open."""
        samples, deadline = [self.service.sample()], time.monotonic() + 10
        while len({sample.descriptors for sample in samples[-5:]}) > 1 or len(samples) < 5:
            if time.monotonic() > deadline:
                raise RuntimeError("the server goes on opening descriptors, and nobody has asked it for anything")
            await asyncio.sleep(0.1)
            samples.append(self.service.sample())
        return samples[-1]

    async def _serve(self):
        self.good.start(GOOD_CLIENTS)
        chores = [self._reload(), self._order(), self._sample(), self._tell()]
        tasks = [asyncio.create_task(chore) for chore in chores]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self.seconds, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            async with self.attacking, self.reloading:
                for task in tasks:
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _reload(self):
        while True:
            await asyncio.sleep(RELOAD_EVERY)
            async with self.reloading:
                self.folder.write()
            self._check_progress()

    def _check_progress(self):
        """A generation is served within a few seconds; only a broken one stays away."""
        for customer in customers.STEADY + [customers.PLAIN]:
            behind = self.truth.begun[customer] - self.truth.confirmed[customer]
            if behind > 6:
                self.findings.fail("a new configuration is not served", f"{customer} is {behind} generations behind")

    async def _order(self):
        while True:
            for what in ROUND:
                await asyncio.sleep(1)
                await (self._break() if what == "break" else self._attack(what))
            await asyncio.sleep(QUIET)
            self.warm = self.warm or max(time.monotonic(), self.start + self.seconds / 5)

    async def _attack(self, what):
        async with self.attacking:
            self.good.tolerant = what != "crowd"
            await self.hostile.order(what)
            await asyncio.sleep(0 if what == "crowd" else TOLERANCE)
            self.good.tolerant = False

    async def _break(self):
        """A configuration with a fault is refused as a whole, and the last good one stays."""
        async with self.reloading:
            failures = 'greeter_config_reloads_total{result="failure"}'
            expected = (await asyncio.to_thread(self.service.metrics))[failures] + 1
            self.folder.write(fault=customers.FAULTS[self.refused % len(customers.FAULTS)])
            self.refused += 1
            deadline = time.monotonic() + 5
            metrics = {}
            while metrics.get(failures, 0) < expected and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
                metrics = await asyncio.to_thread(self.service.metrics)
            if metrics.get(failures) != expected or metrics.get("greeter_config_last_reload_successful") != 0:
                fault = customers.FAULTS[(self.refused - 1) % len(customers.FAULTS)]
                self.findings.fail("a broken configuration was not refused once", f"{fault!r}")
            await asyncio.sleep(0.5)  # good clients look meanwhile at what is served

    async def _sample(self):
        while True:
            if not self.service.is_running():
                raise RuntimeError(self.service.end())
            if drops_packets():
                raise RuntimeError("no fair run: this machine's table of connections (nf_conntrack) is full, so it drops packets")
            self.samples.append(self.service.sample())
            self.samples[-1].quiet = not self.attacking.locked()
            await asyncio.sleep(SAMPLE_EVERY)

    async def _tell(self):
        while True:
            await asyncio.sleep(TELL_EVERY)
            counts, sample, cpu = self.findings.counts, self.samples[-1], self._cpu(self.samples[-TELL_EVERY // SAMPLE_EVERY :])
            print(
                f"{self._elapsed():5.0f} s  generation {self.folder.generation:4}  {counts['answers']:8} answers  "
                f"{self.findings.failures} wrong  {counts['turned away']} turned away  "
                f"99% in {self.durations.percentile(0.99) * 1000:.1f} ms  {sample.anonymous / MEBIBYTE:.1f} MiB  "
                f"{sample.descriptors} descriptors  {sample.threads} threads  {cpu:.0f}% CPU",
                flush=True,
            )

    def _elapsed(self):
        return time.monotonic() - self.start

    @staticmethod
    def _cpu(samples):
        spent = samples[-1].cpu - samples[0].cpu
        return 100 * spent / max(samples[-1].time - samples[0].time, 0.1)

    async def _check_at_rest(self, before, first):
        """Everybody has gone: so has everything that was there for them."""
        sample, deadline = self.service.sample(), time.monotonic() + 10
        while sample.descriptors > first.descriptors and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            sample = self.service.sample()
        if sample.descriptors > first.descriptors:
            self.findings.fail("descriptors did not come back", f"{first.descriptors} before, {sample.descriptors} after")
        after = await asyncio.to_thread(self.service.metrics)
        if after["greeter_http_connections"] != 0:
            self.findings.fail("connections did not come back", f"{after['greeter_http_connections']:.0f} of nobody")
        await self._check_idle()
        self._judge(before, after)

    async def _check_idle(self):
        start = self.service.sample()
        await asyncio.sleep(1)
        cpu = self._cpu([start, self.service.sample()])
        if cpu > 5:
            self.findings.fail("the server works without a client", f"{cpu:.0f}% CPU")

    def _judge(self, before, after):
        self.good.requests.checks.finish()
        self.growth = verdict.check_memory(self.samples, self.warm, LIMITS, self.findings)
        verdict.check_threads(self.samples, self.findings)
        verdict.check_counters(before, after, self.findings)
        verdict.check_limits_met(after, LIMITS, self.findings)
        verdict.check_log(self.service.complaints(), self.refused, self.findings)

    async def _check_shutdown(self):
        """SIGTERM while clients are served: each gets its answers, and the server is gone in time."""
        leaving = GoodClients(("127.0.0.1", self.service.port), self.truth, self.findings, self.durations)
        leaving.start(GOOD_CLIENTS)
        await asyncio.sleep(1)
        self.service.terminate()
        await asyncio.sleep(SHUTDOWN_DELAY / 2)  # still taking clients
        leaving.stopping = True
        code = await asyncio.to_thread(self.service.exit_code, SHUTDOWN_DELAY + SHUTDOWN_GRACE + 1)
        await leaving.stop()
        if code != 0:
            self.findings.fail("SIGTERM did not end it well", "it still runs" if code is None else f"exit code {code}")
        errors = self.service.errors.read_text(errors="replace")
        if errors:
            self.findings.fail("standard error is not empty", errors[:2000])

    def summary(self):
        counts, samples = self.findings.counts, self.samples
        print(f"answers         {counts['answers']} in {self.seconds} s, each checked; {counts['attacks']} attacks beside")
        print(f"turned away     {counts['turned away']} good clients while there was a flood")
        print(f"configurations  {self.folder.generation}, of which {self.refused} were refused for a fault")
        print(f"answered within {self.durations.percentile(0.5) * 1000:.1f} ms (half), "
              f"{self.durations.percentile(0.99) * 1000:.1f} ms (99%), {self.durations.longest * 1000:.0f} ms (all)")  # fmt: skip
        if samples:
            print(f"server          {self._cpu(samples):.0f}% CPU, at most {max(s.resident for s in samples) / MEBIBYTE:.1f} MiB resident, "
                  f"{max(s.descriptors for s in samples)} descriptors")  # fmt: skip
        if hasattr(self, "growth"):
            print(f"memory          grew by {self.growth[0] / MEBIBYTE:.2f} MiB after the warm-up; {self.growth[1] / MEBIBYTE:.2f} are allowed")

    def kill(self):
        self.hostile.kill()
        self.service.kill()


async def soak(seconds, greeter, folder):
    run = Soak(seconds, greeter, folder)
    try:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
        await run.run()
    except (RuntimeError, OSError) as error:
        run.findings.fail(str(error) if run.service.is_running() else run.service.end(), repr(error))
    finally:
        run.kill()
    run.summary()
    return run.findings


def main():
    seconds, greeter = int(sys.argv[1]), sys.argv[2]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    seed = int(os.environ.get("SOAK_SEED") or random.randrange(1_000_000))
    random.seed(seed)
    with tempfile.TemporaryDirectory(prefix="greeter-soak-") as folder:
        try:
            findings = asyncio.run(soak(seconds, greeter, pathlib.Path(folder)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            sys.exit(130)
    for example in findings.examples:
        print(f"FAILED: {example}")
    for reason, number in findings.reasons.items():
        print(f"FAILED: {reason}: {number} times")
    sys.exit(1 if findings.failures else 0)


if __name__ == "__main__":
    main()
