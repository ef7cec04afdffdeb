# SPDX-License-Identifier: GPL-2.0
"""A guest in the machine under test: unmodified QEMU, its TPM, its screen and keys.

Every wait has a limit and notices when QEMU has gone.
"""
import base64
import ctypes
import json
import os
import re
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import kvm
import lab

RUN = "/run/guests"
VGA, COLUMNS, ROWS = 0xb8000, 80, 25
MMIO = 0xfed40000
INITRD = 0x8000000
BOOTS = 3               # of a guest until it has its TPM
BOOT = 240              # seconds in which a guest boots by KVM, with a margin
KEYS = {"\n": "ret", " ": "spc", ".": "dot", "-": "minus", "/": "slash", "\\": "backslash",
        ":": "shift-semicolon"}


class Gone(Exception):
    """QEMU exited when it should not have."""


class Late(Exception):
    """What was waited for did not come.  @in_the_bridge tells who waited for the bridge then."""

    def __init__(self, why):
        Exception.__init__(self, why)
        self.in_the_bridge = in_the_bridge()


def processor(firmware):
    """To emulate another processor in the machine's own, which is emulated (vm/vm), takes several
    times as long as KVM does.  Not for OVMF: KVM maps its flash again for each byte that it
    writes."""
    return ["-accel", "kvm" if firmware != "ovmf" and kvm.is_usable() else "tcg",
            "-cpu", "qemu64,+rdrand"]


def with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def tasks():
    """Each task of the machine: its process, itself, its name, its state, its stack in the kernel."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = lab.read("/proc/%s/comm" % pid, "r").strip()
            for task in os.listdir("/proc/%s/task" % pid):
                stack = lab.read("/proc/%s/task/%s/stack" % (pid, task), "r")
                state = lab.read("/proc/%s/task/%s/stat" % (pid, task), "r").rpartition(")")[2].split()[0]
                yield pid, task, name, state, stack
        except OSError:
            continue


def stuck():
    """Where the kernel keeps the tasks that do not get on, for who looks at a hang."""
    return "\n".join("%s %s/%s %s:\n%s" % (name, pid, task, state, stack)
                     for pid, task, name, state, stack in tasks()
                     if "vtpm" in name or "vtpmb" in stack or state == "D")


def in_the_bridge():
    """The processes that wait for the bridge, looked for three times within a second.  QEMU waits
    there for as long as a command of its guest lasts."""
    found = set()
    for again in range(3):
        time.sleep(0.3 * bool(again))
        found |= {name for _, _, name, _, stack in tasks()
                  if "vtpmb" in stack and not name.startswith("vtpm_bridge/")}
    return found


# ---- what is behind the guest's TPM -----------------------------------------

class Passthrough:
    """A device node.  No cancel path unless the node cannot do without (raw 2.0 chips)."""

    def __init__(self, path, cancel_path=None):
        self.path = path
        self.cancel_path = cancel_path

    def options(self):
        option = "passthrough,id=t,path=" + self.path
        if self.cancel_path:
            option += ",cancel-path=" + self.cancel_path
        return ["-tpmdev", option]

    def close(self):
        pass


class Proxy(Passthrough):
    """A proxy of its own, made and destroyed by the administrator's command."""
    vtpmctl = os.path.join(lab.REPO, "tools/vtpmctl/vtpmctl")

    def __init__(self, *settings):
        made = subprocess.run([self.vtpmctl, "create"] + list(settings), capture_output=True,
                              text=True, timeout=lab.HANG)
        if made.returncode:
            raise RuntimeError("vtpmctl create: " + made.stderr.strip())
        Passthrough.__init__(self, made.stdout.strip())
        self.name = os.path.basename(self.path)
        self.open = True

    def ctl(self, verb, *args):
        ctl = subprocess.Popen([self.vtpmctl, verb, self.name] + list(args), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, error = ctl.communicate(timeout=lab.HANG)
        except subprocess.TimeoutExpired:
            stacks = stuck()
            ctl.kill()
            raise Late("vtpmctl %s %s hangs:\n%s" % (verb, self.name, stacks))
        return subprocess.CompletedProcess(ctl.args, ctl.returncode, output, error)

    def close(self):
        if self.open:
            self.open = False
            end = time.monotonic() + lab.HANG
            while True:
                gone = self.ctl("destroy")
                if not gone.returncode:
                    return
                if time.monotonic() > end:
                    raise RuntimeError("vtpmctl destroy: " + gone.stderr.strip())
                time.sleep(0.2)


class Software:
    """A TPM in software, to try tests without a proxy."""

    def __init__(self, family):
        self.dir = tempfile.mkdtemp(prefix="software-tpm.")
        self.path = os.path.join(self.dir, "sock")
        state = os.path.join(self.dir, "state")
        os.mkdir(state)
        kind = ["--tpm2"] if family == "2.0" else []
        if not kind:
            subprocess.run(["swtpm_setup", "--tpmstate", state, "--createek", "--runas", "0"],
                           check=True, stdout=subprocess.DEVNULL, timeout=lab.HANG)
        self.kind, self.state, self.swtpm = kind, state, None

    def options(self):
        self.stop()
        self.swtpm = subprocess.Popen(
            ["swtpm", "socket"] + self.kind + ["--tpmstate", "dir=" + self.state, "--ctrl",
             "type=unixio,path=" + self.path], preexec_fn=with_parent)
        while not os.path.exists(self.path):
            time.sleep(0.05)
        return ["-chardev", "socket,id=c,path=" + self.path, "-tpmdev", "emulator,id=t,chardev=c"]

    def stop(self):
        if self.swtpm:
            self.swtpm.kill()
            self.swtpm.wait()
            self.swtpm = None
        if os.path.exists(self.path):
            os.unlink(self.path)

    def close(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


# ---- sockets ----------------------------------------------------------------

class Stream:
    """A socket to QEMU, read with a limit."""

    def __init__(self, guest, name):
        self.guest = guest
        self.buffer = b""
        self.socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + lab.HANG
        while True:
            try:
                self.socket.connect(guest.file(name))
                return
            except OSError:
                guest.check()
                if time.monotonic() > end:
                    raise Late("%s: no %s" % (guest.name, name))
                time.sleep(0.05)

    def fill(self, end):
        left = end - time.monotonic()
        if left <= 0:
            return False
        if not select.select([self.socket], [], [], min(left, 0.5))[0]:
            self.guest.check()
            return True
        chunk = self.socket.recv(65536)
        if not chunk:
            self.guest.process.wait(lab.HANG)
            self.guest.check()
        self.buffer += chunk
        return True

    def until(self, mark, timeout):
        end = time.monotonic() + timeout
        while mark not in self.buffer:
            if not self.fill(end):
                raise Late("%s: waited %d s for %r" % (self.guest.name, timeout, mark))
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    def send(self, data):
        self.socket.sendall(data)


class Qmp:
    def __init__(self, guest):
        self.stream = Stream(guest, "qmp")
        self.events = []
        self._message(lab.HANG)
        self("qmp_capabilities")

    def _message(self, timeout):
        return json.loads(self.stream.until(b"\n", timeout))

    def __call__(self, command, **arguments):
        self.stream.send(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            message = self._message(lab.HANG)
            if "event" in message:
                self.events.append(message["event"])
            elif "error" in message:
                raise RuntimeError("%s: %s" % (command, message["error"]["desc"]))
            else:
                return message["return"]

    def wait_event(self, name, timeout):
        end = time.monotonic() + timeout
        while name not in self.events:
            message = self._message(max(0.1, end - time.monotonic()))
            if "event" in message:
                self.events.append(message["event"])
        self.events = self.events[self.events.index(name) + 1:]


# ---- the guest --------------------------------------------------------------

def linux(node, name, model="tpm-tis", sleeps=False, append="", screen=False, initrd=None,
          measures=True, **more):
    """A guest with Debian's kernel, or the run's, which does what it is told (guest-init).

    The unpacked kernel starts sooner, but does not wake from S3; one that @sleeps unpacks
    itself.  If it @measures, IMA does; not files in a tmpfs, which an initramfs is if not told
    otherwise.
    """
    guest = Guest(node, name=name, model=model,
                  kernel=os.environ["GUEST_IMAGE" if sleeps else "GUEST_KERNEL"],
                  initrd=initrd or os.environ["GUEST_INITRD"], screen=screen, memory="320M",
                  append="console=ttyS0 quiet mitigations=off nokaslr panic=-1 " +
                         ("rootfstype=ramfs ima_policy=tcb " if measures else "") + append, **more)
    guest.shell         # what it says while nobody listens is lost
    return guest


class Guest:
    patience = lab.HANG     # for a shell command, in seconds

    def __init__(self, tpm, name="guest", model="tpm-tis", firmware="seabios", machine="q35",
                 kernel=None, initrd=None, append="", menu=False, screen=True, memory="128M",
                 registers=False, restore=None, extra=()):
        self.tpm, self.name, self.model = tpm, name, model
        os.makedirs(RUN, exist_ok=True)
        self.dir = tempfile.mkdtemp(prefix=name + ".", dir=RUN)
        self.begun = time.monotonic()
        self.process = None
        self.late = 0           # how often the firmware has waited for its TPM too long
        self._qmp = self._registers = self._shell = None
        command = ["qemu-system-x86_64", "-name", name, "-nodefaults", "-no-user-config",
                   "-machine", machine, *processor(firmware), "-m", memory,
                   "-display", "none", "-nic", "none",
                   "-qmp", "unix:%s,server=on,wait=off" % self.file("qmp"),
                   "-chardev", "file,id=sb,path=" + self.file("firmware.log"),
                   "-device", "isa-debugcon,iobase=0x402,chardev=sb",
                   "-chardev", "file,id=s0,path=" + self.file("serial.log"), "-serial", "chardev:s0",
                   "-chardev", "socket,id=s1,server=on,wait=off,path=" + self.file("shell"),
                   "-serial", "chardev:s1"]
        if screen:
            command += ["-device", "VGA"]
        if menu:
            command += ["-boot", "menu=on,splash-time=60000"]
        if restore:
            command += ["-incoming", "exec:cat " + shlex.quote(restore)]
        if registers:
            command += ["-qtest", "unix:%s,server=on,wait=off" % self.file("registers"),
                        "-qtest-log", "none"]
        if firmware == "ovmf":
            shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", self.file("vars.fd"))
            command += ["-drive", "if=pflash,format=raw,unit=0,readonly=on,"
                        "file=/usr/share/OVMF/OVMF_CODE_4M.fd",
                        "-drive", "if=pflash,format=raw,unit=1,file=" + self.file("vars.fd")]
        else:
            command += ["-bios", "/usr/share/seabios/bios-256k.bin"]
        if kernel:
            # QEMU would load the initramfs over the ACPI tables of a machine with a TPM's
            # event log when the kernel is entered by its PVH note, so choose the place; and
            # keep the kernel from using it before it has moved the initramfs away.
            size = os.path.getsize(initrd)
            append += " initrdmem=0x%x,0x%x memmap=0x%x$0x%x" % (
                INITRD, size, (size + 0xfff) & ~0xfff, INITRD)
            command += ["-kernel", kernel, "-append", append, "-device",
                        "loader,file=%s,addr=0x%x,force-raw=on" % (initrd, INITRD)]
        command += list(extra) + tpm.options() + ["-device", model + ",tpmdev=t"]
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=open(self.file("qemu.log"), "w"),
                                        stderr=subprocess.STDOUT, preexec_fn=with_parent)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind:
            self.keep("failed")
        self.close()

    def file(self, name):
        return os.path.join(self.dir, name)

    def text(self, name):
        try:
            with open(self.file(name), errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def age(self):
        return time.monotonic() - self.begun

    def alive(self):
        return self.process.poll() is None

    def check(self):
        if not self.alive():
            raise Gone("%s: QEMU exited with %d: %s" % (self.name, self.process.returncode,
                                                        self.text("qemu.log").strip()[-400:]))

    @property
    def qmp(self):
        if not self._qmp:
            self._qmp = Qmp(self)
        return self._qmp

    # -- firmware: screen, keys, log

    def memory(self, address, size):
        path = self.file("memory")
        self.qmp("pmemsave", val=address, size=size, filename=path)
        with open(path, "rb") as f:
            data = f.read()
        os.unlink(path)
        return data

    def screen(self):
        cells = self.memory(VGA, COLUMNS * ROWS * 2)[::2]
        text = "".join(chr(c) if 32 <= c < 127 else " " for c in cells)
        return "\n".join(text[i:i + COLUMNS].rstrip() for i in range(0, len(text), COLUMNS))

    def wait_screen(self, pattern, timeout=lab.HANG, absent=None):
        end = time.monotonic() + timeout
        while True:
            text = self.screen()
            if re.search(pattern, text):
                return text
            self.check()
            if time.monotonic() > end:
                raise Late("%s: the screen did not show %r in %d s but:\n%s"
                           % (self.name, pattern, timeout, text.strip()))
            time.sleep(0.25)

    def wait_log(self, pattern, timeout=lab.HANG, name="firmware.log", count=1):
        end = time.monotonic() + timeout
        while len(re.findall(pattern, self.text(name))) < count:
            self.check()
            if time.monotonic() > end:
                raise Late("%s: no %r in %s within %d s; its end:\n%s" % (
                    self.name, pattern, name, timeout, self.text(name)[-600:]))
            time.sleep(0.25)

    def key(self, *names):
        for name in names:
            self.qmp("send-key", keys=[{"type": "qcode", "data": part} for part in
                                       KEYS.get(name, name).split("-")])
            time.sleep(0.15)

    # -- machine

    def reset(self):
        self.qmp("system_reset")

    def wake(self):
        self.qmp("system_wakeup")

    def save(self, path):
        """The machine's state goes to a file; QEMU stays, the machine stopped."""
        self.qmp("migrate", uri="exec:cat >" + shlex.quote(path))
        while self.qmp("query-migrate").get("status") != "completed":
            self.check()
            time.sleep(0.5)

    def wait_restored(self, timeout=lab.HANG):
        end = time.monotonic() + timeout
        while self.status() != "running":
            if time.monotonic() > end:
                raise Late("%s: not restored in %d s" % (self.name, timeout))
            time.sleep(0.2)

    def suspend(self):
        """Linux goes to sleep (S3), and is woken."""
        self.shell.send(b"echo mem >/sys/power/state\n")
        self.qmp.wait_event("SUSPEND", lab.HANG)
        time.sleep(1)
        self.wake()
        self.qmp.wait_event("WAKEUP", lab.HANG)
        self.shell.until(b"guest: status ", lab.HANG)
        status = int(self.shell.until(b"\n", lab.HANG))
        if status:
            raise RuntimeError("%s: suspend ended with status %d" % (self.name, status))

    def status(self):
        return self.qmp("query-status")["status"]

    def keep(self, why):
        """Saves what there is to see, for who looks at a failure later."""
        out = os.environ.get("VM_OUT", "/run/out")
        place = os.path.join(out, "%s.%s" % (os.path.basename(self.dir), why))
        try:
            os.makedirs(place, exist_ok=True)
            for name in ("firmware.log", "serial.log", "qemu.log"):
                if os.path.exists(self.file(name)):
                    shutil.copyfile(self.file(name), os.path.join(place, name))
            if self.alive():
                with open(os.path.join(place, "screen.txt"), "w") as f:
                    f.write(self.screen())
        except Exception as e:          # must not hide the failure itself
            print("# keep: %s" % e)

    def quit(self, timeout=lab.HANG):
        """The way an administrator ends QEMU; False if it did not obey."""
        self.qmp.stream.send(b'{"execute": "quit"}')
        try:
            return self.process.wait(timeout) == 0
        except subprocess.TimeoutExpired:
            return False

    def close(self):
        if self.process and self.alive():
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    @property
    def registers(self):
        if not self._registers:
            self._registers = {"tpm-tis": Tis, "tpm-crb": Crb}[self.model](self)
        return self._registers

    # -- a Linux guest (guest-init)

    @property
    def shell(self):
        if not self._shell:
            self._shell = Stream(self, "shell")
        return self._shell

    def why_not_booted(self, timeout):
        """SeaBIOS gives a TPM up that is silent for 750 ms: it disables its hierarchies until the
        next reset.  A proxy is not, but a busy machine may stand still for so long."""
        try:
            self.shell.until(b"guest: ready\n", timeout)
        except Late as late:
            return str(late)
        late = len(re.findall("Timeout at wait_reg", self.text("firmware.log")))
        if late == self.late or not isinstance(self.tpm, Proxy):
            return None
        self.late = late
        return "%s: its firmware gave its TPM up" % self.name

    def wait_linux(self, timeout=lab.HANG):
        """Now and then a guest stands still on SVM that is emulated (vm/kvm.py): with a proxy, which
        its reset resets, it boots again."""
        for left in reversed(range(BOOTS if isinstance(self.tpm, Proxy) else 1)):
            why = self.why_not_booted(min(timeout, BOOT) if left else timeout)
            if not why:
                return self
            if left:
                print("# %s; again" % why, flush=True)
                self.reset()
        raise Late(why)

    def sh(self, command, timeout=None):
        """Runs a shell command in the guest: its output; raises if it fails."""
        status, output = self.try_sh(command, timeout)
        if status:
            raise RuntimeError("%s: %s: status %d: %s" % (self.name, command, status, output))
        return output

    def try_sh(self, command, timeout=None):
        self.shell.send(command.encode() + b"\n")
        output = self.shell.until(b"guest: status ", timeout or self.patience).decode(errors="replace")
        return int(self.shell.until(b"\n", lab.HANG)), output

    def send(self, command):
        """A door into the guest: one command on its /dev/tpm0."""
        return bytes.fromhex(self.sh("tpmsend /dev/tpm0 " + command.hex()).strip())

    def send_all(self, commands):
        """Several, each with its response on a line; a serial line takes only so much."""
        responses = []
        for at in range(0, len(commands), 12):
            output = self.sh("tpmsend /dev/tpm0 " + " ".join(
                c.hex() for c in commands[at:at + 12]))
            responses += [bytes.fromhex(line) for line in output.split()]
        return responses

    def read(self, path):
        return base64.b64decode(self.sh("base64 " + shlex.quote(path)))


# ---- the guest's TPM registers, from outside --------------------------------

class Registers:
    """Drives the guest's TPM as its firmware would, while the guest leaves it alone."""

    def __init__(self, guest):
        self.stream = Stream(guest, "registers")

    def _do(self, line):
        self.stream.send(line.encode() + b"\n")
        answer = self.stream.until(b"\n", lab.HANG).decode().split()
        if not answer or answer[0] != "OK":
            raise RuntimeError("registers: %s: %s" % (line, answer))
        return answer[1:]

    def _do_all(self, lines):
        """Many at once: a register access is quick, its round trip is not."""
        lines = list(lines)
        self.stream.send(b"".join(line.encode() + b"\n" for line in lines))
        answers = [self.stream.until(b"\n", lab.HANG).decode().split() for _ in lines]
        if any(not a or a[0] != "OK" for a in answers):
            raise RuntimeError("registers: %s" % answers)
        return [a[1:] for a in answers]

    def get(self, offset, width="b"):
        return int(self._do("read%s 0x%x" % (width, MMIO + offset))[0], 16)

    def put(self, offset, value, width="b"):
        self._do("write%s 0x%x 0x%x" % (width, MMIO + offset, value))

    def wait(self, test, what, timeout=lab.HANG):
        end = time.monotonic() + timeout
        while not test():
            if time.monotonic() > end:
                raise Late("registers: " + what)
            time.sleep(0.005)


class Tis(Registers):
    ACCESS, STS, FIFO = 0x0, 0x18, 0x24

    def send(self, command):
        self.put(self.ACCESS, 0x02)
        self.wait(lambda: self.get(self.ACCESS) & 0x20, "no locality")
        self.put(self.STS, 0x40, "l")
        self.wait(lambda: self.get(self.STS, "l") & 0x40, "not ready")
        self._do_all("writeb 0x%x 0x%x" % (MMIO + self.FIFO, byte) for byte in command)
        self.put(self.STS, 0x20, "l")
        self.wait(lambda: self.get(self.STS, "l") & 0x90 == 0x90, "no response")
        head = self._fifo(10)
        response = head + self._fifo(struct.unpack_from(">I", head, 2)[0] - 10)
        self.put(self.STS, 0x40, "l")
        self.put(self.ACCESS, 0x20)
        return response

    def _fifo(self, count):
        answers = self._do_all(["readb 0x%x" % (MMIO + self.FIFO)] * count)
        return bytes(int(a[0], 16) for a in answers)


class Crb(Registers):
    LOC_CTRL, LOC_STS, REQ, START, DATA = 0x08, 0x0c, 0x40, 0x4c, 0x80

    def send(self, command):
        self.put(self.LOC_CTRL, 1, "l")
        self.wait(lambda: self.get(self.LOC_STS, "l") & 1, "no locality")
        self.put(self.REQ, 1, "l")
        self.wait(lambda: not self.get(self.REQ, "l") & 1, "not ready")
        self._do("write 0x%x 0x%x 0x%s" % (MMIO + self.DATA, len(command), command.hex()))
        self.put(self.START, 1, "l")
        self.wait(lambda: not self.get(self.START, "l") & 1, "no response")
        head = self._read(10)
        size, = struct.unpack_from(">I", head, 2)
        response = self._read(size)
        self.put(self.REQ, 2, "l")
        self.put(self.LOC_CTRL, 2, "l")
        return response

    def _read(self, size):
        return bytes.fromhex(self._do("read 0x%x 0x%x" % (MMIO + self.DATA, size))[0][2:])
