# SPDX-License-Identifier: GPL-2.0
"""Runs the client in a machine whose chip commands are counted (`vm --count`)."""
import collections
import contextlib
import glob
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../selftests/tpm/vm"))
import lab
from flows import FLOWS

CLIENT = os.path.join(HERE, "build/client")
QUIET = 0.3             # longer than a turn waits for a proxy's next command
KEPT_US = 600000000     # longer than any machine stands still
LINGER_US = 100000      # longer than a client computes between two commands of a burst
GET_RANDOM = "0x17b"    # what the kernel asks a chip for by itself, now and then

Result = collections.namedtuple("Result", "commands chip ms codes")
Result.__doc__ = """commands: sent by the clients; chip: those that the chip got, codes: of
which kind; ms: milliseconds that each of the clients' commands took the chip."""


class Counter:
    """The port of the machine behind which the chip's commands are counted.

    The kernel then has its random numbers from another device: whenever it asks the chip, a turn
    ends, and the guest's keys are saved and loaded again.
    """

    def __init__(self):
        subprocess.run(["modprobe", "virtio_rng"], check=True, timeout=lab.HANG)
        for name in glob.glob("/sys/class/virtio-ports/*/name"):
            if lab.read(name, "r").strip() == "counter":
                self.port = open("/dev/" + name.split("/")[-2], "r+b", buffering=0)
                return
        raise SystemExit("no counter: run this by `vm --count`")

    def ask(self, line):
        self.port.write(line.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self.port.read(4096)
        return json.loads(answer)

    def mark(self, label):
        """What the chip got since the last mark, by command code."""
        time.sleep(QUIET)
        return self.ask("MARK " + label)

    def slow(self, ms):
        self.ask("SLOW %g" % ms)

    def fail(self, code, nr):
        """The next commands of this code fail, and the chip does not hear of them."""
        self.ask("FAIL 0x%x %d" % (code, nr))


class Client:
    """Clients that are ready, each at its door."""

    def __init__(self, workload, doors, operations, burst=0):
        command = [CLIENT, "-n", str(operations), "-b", str(burst), workload] + list(doors)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.line("ready")

    def line(self, what):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError("client: not %s, status %d" % (what, self.process.returncode))
        return line

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def run(self):
        """Commands and milliseconds."""
        self.go_on()
        commands, took = self.line("done").split()
        return int(commands), float(took) / 1000

    def close(self):
        self.go_on()
        if self.process.wait(lab.HANG):
            raise RuntimeError("client: status %d" % self.process.returncode)


def measure(counter, label, workload, doors, operations, burst=0, around=contextlib.nullcontext):
    client = Client(workload, doors, operations, burst)
    counter.mark("before " + label)
    with around():
        commands, took = client.run()
    codes = counter.mark(label)
    client.close()
    if workload != "little":
        codes.pop(GET_RANDOM, None)
    return Result(commands, sum(codes.values()), took / commands, codes)


class Writes:
    """Commands that programs gave to the kernel's TPM nodes: tpm0, tpmrm0 and their like."""
    TRACING = "/sys/kernel/tracing/"
    PROBE = "vtpm_bench_writes"

    def __init__(self):
        self.put("kprobe_events", "p:%s tpm_common_write" % self.PROBE)
        self.put("events/kprobes/%s/enable" % self.PROBE, "1")

    def put(self, name, text):
        fd = os.open(self.TRACING + name, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, text.encode() + b"\n")
        finally:
            os.close(fd)

    def count(self):
        for line in lab.read(self.TRACING + "kprobe_profile", "r").splitlines():
            name, hits, _ = line.split()
            if name == self.PROBE:
                return int(hits)
        raise RuntimeError("no kprobe on tpm_common_write")

    def close(self):
        self.put("events/kprobes/%s/enable" % self.PROBE, "0")
        self.put("kprobe_events", "-:%s" % self.PROBE)


@contextlib.contextmanager
def parameters(**wanted):
    """These of the module's parameters have other values for a while."""
    paths = {name: "/sys/module/vtpm_bridge/parameters/" + name for name in wanted}
    before = {name: lab.read(path, "r") for name, path in paths.items()}

    def put(values):
        for name, value in values.items():
            with open(paths[name], "w") as f:
                f.write(str(value))
    put(wanted)
    try:
        yield
    finally:
        put(before)


def kept_turns():
    """A proxy that nobody waits for keeps its turn, however long its client computes on an
    emulated processor, or the whole machine stands still.  Then all turns end."""
    return parameters(hold_us=KEPT_US)


def kept_bursts():
    """A turn lasts as long as a burst, however slow the emulated processor is."""
    return parameters(turn_us=KEPT_US, linger_us=LINGER_US)


def measure_tools(counter, label, tools):
    """The flows of tpm2-tools: what they sent, and what the chip got."""
    writes = Writes()
    try:
        counter.mark("before " + label)
        with kept_turns():
            begun, sent = time.monotonic(), writes.count()
            for name, flow in FLOWS:
                if name.startswith("tools_"):
                    flow(tools)
            took, sent = time.monotonic() - begun, writes.count() - sent
        codes = counter.mark(label)
    finally:
        writes.close()
    return Result(sent, sum(codes.values()), 1000 * took / sent, codes)
