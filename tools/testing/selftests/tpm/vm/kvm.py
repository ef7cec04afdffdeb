# SPDX-License-Identifier: GPL-2.0
"""KVM in the machine under test, whose emulated processor has SVM.

While the kernel patches its text, it puts a breakpoint there for a moment.  The machine's
processors are emulated side by side, and QEMU's translator (7.2) loses this race now and then:
it keeps the breakpoint, and every processor that comes there traps for ever.  KVM patches the
scheduler itself when the first virtual machine is made and when the last one has gone, and the
local APIC's code with each that comes and goes.

So one virtual machine, which never runs, is made while a single processor is on, and kept.

QEMU's emulation of SVM has faults of its own: now and then a guest stands still, or the machine
that runs it is corrupted.  A program whose guest stands still while nobody waits for the bridge
ends with FAILED, and the script check runs it again.
"""
import contextlib
import fcntl
import glob
import os
import subprocess

import lab

CREATE_VM, CREATE_IRQCHIP, CREATE_VCPU = 0xae01, 0xae60, 0xae41     # linux/kvm.h
KEPT = "/run/kvm-kept"
USED = "kvm-used"       # in the run's log, for the script check
FAILED = 76             # a program's status, for the same; 75 asks for a reboot (vm/host-init)


@contextlib.contextmanager
def one_processor():
    others = glob.glob("/sys/devices/system/cpu/cpu[1-9]*/online")

    def turn(how):
        for path in others:
            with open(path, "w") as f:
                f.write(how)
    turn("0")
    try:
        yield
    finally:
        turn("1")


def keep_one():
    """The processor of one whose local APIC is as at power-on, with all that it needs."""
    kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    machine = fcntl.ioctl(kvm, CREATE_VM, 0)
    fcntl.ioctl(machine, CREATE_IRQCHIP, 0)
    fds = [machine, fcntl.ioctl(machine, CREATE_VCPU, 0)]
    # It outlives this program, and ends with the machine under test.
    subprocess.Popen(["sleep", "infinity"], pass_fds=fds, start_new_session=True,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for fd in fds + [kvm]:
        os.close(fd)


def is_usable():
    if not os.path.exists(KEPT):
        with one_processor():
            subprocess.run(["modprobe", "kvm_amd"], capture_output=True, timeout=lab.HANG)
            if os.path.exists("/dev/kvm"):
                keep_one()
        open(KEPT, "w").close()
        if os.path.exists("/dev/kvm"):
            open(used(), "w").close()
    return os.path.exists("/dev/kvm")


def used():
    return os.path.join(os.environ.get("VM_OUT", "/run/out"), USED)


def is_in_use():
    return os.path.exists(used())
