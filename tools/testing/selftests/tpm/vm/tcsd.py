# SPDX-License-Identifier: GPL-2.0
"""TrouSerS: its daemon on any node, several of them at once, and who uses it."""
import ctypes
import os
import pwd
import shutil
import socket
import struct
import subprocess
import time

import lab
from flows import GuestTools, Shell, Tools
from guest import with_parent
from lab import HERE
from tap import check

TSPI = os.path.join(HERE, "../build/tspi")
FIRST_PORT = 30003
CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
RUN_LVL, UTMP_SIZE = 1, 384
SRK_UUID = struct.pack(">IHHBB6s", 0, 0, 0, 0, 0, bytes(5) + b"\1")


def instead_of_tpm0(path):
    """For a new process: it opens @path by the name of /dev/tpm0, as do its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) or
            libc.mount(path.encode(), b"/dev/tpm0", None, MS_BIND, None)):
        os._exit(99)


def system_store():
    """What TrouSerS keeps of an SRK that it has not installed itself: no more than that it is there."""
    public = bytes(256)
    # TCPA_KEY: version, storage, needs its secret; OAEP, no signatures; RSA of two primes.
    blob = bytes((1, 1, 0, 0)) + struct.pack(">HIB", 0x11, 0, 1)
    blob += struct.pack(">IHHI", 1, 3, 1, 12) + struct.pack(">III", 2048, 2, 0)
    blob += struct.pack(">II", 0, len(public)) + public + struct.pack(">I", 0)
    key = SRK_UUID + bytes(16) + struct.pack("=HHIH", len(public), len(blob), 0, 3) + public + blob
    return b"\1" + struct.pack("=I", 1) + key


def single_user():
    """A utmp: the daemon has commands of physical presence sent in no other run level."""
    entry = struct.pack("=hxxi", RUN_LVL, ord("S")).ljust(340, b"\0")
    # When it began: later than never.
    return (entry + struct.pack("=ii", int(time.time()), 1)).ljust(UTMP_SIZE, b"\0")


class Tcsd(Tools):
    """A daemon on a node; its tools run in a directory of their own."""
    nr = 0
    program = TSPI

    def __init__(self, name, node, owned=True):
        self.port = FIRST_PORT + Tcsd.nr
        Tcsd.nr += 1
        Tools.__init__(self, os.path.join("/run/trousers", name), "none")
        self.env.update(TSS_TCSD_PORT=str(self.port), TSS_TCSD_HOSTNAME="localhost",
                        HOME=self.directory, TSS_USER_PS_FILE=os.path.join(self.directory, "user.data"))
        self.node = node
        self.state = os.path.join(self.directory, "tcsd")
        user = pwd.getpwnam("tss")
        os.mkdir(self.state, 0o700)
        self.put("tcsd.conf", b"port = %d\nsystem_ps_file = %s/system.data\n"
                 % (self.port, self.state.encode()))
        os.chown(os.path.join(self.directory, "tcsd.conf"), 0, user.pw_gid)
        os.chmod(os.path.join(self.directory, "tcsd.conf"), 0o640)
        if owned:
            self.put("tcsd/system.data", system_store())
        for path in (self.state, os.path.join(self.state, "system.data"), node):
            if os.path.exists(path):
                os.chown(path, user.pw_uid, user.pw_gid)       # as which the daemon runs
        self.put("secret", b"what is sealed")
        self.process = None
        self.start()

    def start(self):
        def elsewhere():
            with_parent()
            instead_of_tpm0(self.node)
        self.log = open(os.path.join(self.directory, "tcsd.log"), "ab")
        self.process = subprocess.Popen(["tcsd", "-f", "-c", os.path.join(self.directory, "tcsd.conf")],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        preexec_fn=elsewhere)
        end = time.monotonic() + lab.HANG
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError:
                check(self.process.poll() is None and time.monotonic() < end, "tcsd does not serve: %s"
                      % self.file("tcsd.log").decode(errors="replace")[-400:])
                time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self.log.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.directory)

    def tspi(self, *words):
        self.do(" ".join((TSPI,) + words) + " </dev/null >/dev/null")

    def signer(self, name, count):
        """An application that is about to sign; see tspi.c."""
        return subprocess.Popen([TSPI, "sign", name, str(count)], cwd=self.directory, env=self.env,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class GuestTcsd(GuestTools):
    """A daemon inside a Linux guest, on its kernel's own /dev/tpm0."""
    environment = "HOME=. TSS_TCSD_HOSTNAME=localhost TSS_USER_PS_FILE=user.data"
    program = "tspi"

    def __init__(self, guest, owned=True):
        GuestTools.__init__(self, guest)
        self.put("tcsd.conf", b"port = %d\nsystem_ps_file = %s/store/system.data\n"
                 % (FIRST_PORT, self.directory.encode()))
        self.put("/run/utmp", single_user())
        self.put("secret", b"what is sealed")
        self.do("mkdir -m 700 store", "ip link set lo up")
        if owned:
            self.put("store/system.data", system_store())
        self.do("chown -R tss store", "chown tss /dev/tpm0", "chown root:tss tcsd.conf",
                "chmod 640 tcsd.conf")
        self.start()

    def do(self, *lines):
        """All in one go: each passage is dear.  The status tells the line."""
        Shell.do(self, " ".join("{ %s; } || exit %d;" % (line, i)
                                for i, line in enumerate(lines, 1)))

    def start(self):
        self.do("tcsd -f -c tcsd.conf </dev/null >tcsd.log 2>&1 & echo $! >tcsd.pid")
        status, said = self.run("until grep -q ':%04X .* 0A ' /proc/net/tcp /proc/net/tcp6; "
                                "do kill -0 $(cat tcsd.pid) || exit; sleep .2; done" % FIRST_PORT)
        check(not status, "%s: tcsd does not serve: %s, %s" % (
            self.guest.name, said, self.file("tcsd.log").decode(errors="replace")[-400:]))

    def stop(self):
        """Only one program can have /dev/tpm0 open."""
        self.do("kill $(cat tcsd.pid)", "while kill -0 $(cat tcsd.pid) 2>/dev/null; do sleep .2; done")

    def tspi(self, *words):
        self.do(" ".join((self.program,) + words))

    def begin_to_sign(self, name, count):
        """An application has its key in the TPM, and signs when it is told to; see tspi.c."""
        self.do("mkfifo hold", "sleep 600 >hold & echo $! >holder.pid",
                "tspi sign %s %d <hold >said 2>&1 & "
                "until grep -qs ready said; do kill -0 $! || exit 9; sleep .2; done" % (name, count))

    def sign(self):
        self.do("echo >hold", "until grep -q done said; do ! grep tspi said || exit 9; sleep .2; done",
                "echo >hold", "kill $(cat holder.pid)", "rm hold said")
