# SPDX-License-Identifier: GPL-2.0
"""A kernel's TPM driver and resource manager above a node, as in a guest.

The kernel that a guest would have is played by the machine's own: its vtpm_proxy driver
makes a chip of a file descriptor, and a thread carries each command from there to the
node and the answer back, as QEMU does.
"""
import fcntl
import os
import select
import struct
import subprocess
import threading
import time

import lab
import tpm
from tap import FAMILY

SET_LOCALITY = 0x20001000       # by the driver, to whom plays the chip
NEW_DEV = 0xc014a100            # VTPM_PROXY_IOC_NEW_DEV
TPM2 = 1                        # VTPM_PROXY_FLAG_TPM2
TPM_FAIL = 9


class Stack:
    def __init__(self, path):
        subprocess.run(["modprobe", "tpm_vtpm_proxy"], check=True, timeout=lab.HANG)
        self.closing = False
        self.node = os.open(path, os.O_RDWR)
        with open("/dev/vtpmx", "rb+", buffering=0) as control:
            made = fcntl.ioctl(control, NEW_DEV, struct.pack(
                "=IIIII", TPM2 if FAMILY == "2.0" else 0, 0, 0, 0, 0))
        _, num, self.server, _, _ = struct.unpack("=IIIII", made)
        self.name = "tpm%d" % num
        self.path, self.space = "/dev/" + self.name, "/dev/tpmrm%d" % num
        last = self.space if FAMILY == "2.0" else self.path     # 1.2: no resource manager
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()
        end = time.monotonic() + lab.HANG
        while not os.path.exists(last):
            if time.monotonic() > end:
                raise RuntimeError("no " + last)
            time.sleep(0.1)

    def carry(self):
        while not self.closing:
            if not select.select([self.server], [], [], 0.2)[0]:
                continue
            command = os.read(self.server, 4096)
            if struct.unpack(">I", command[6:10])[0] == SET_LOCALITY:
                answer = tpm.frame(0x8001, 0)
            else:
                answer = self.answer(command)
            os.write(self.server, answer)

    def answer(self, command):
        """A node that takes no command is a TPM that fails: so QEMU has it."""
        try:
            os.write(self.node, command)
            return os.read(self.node, 4096)
        except OSError:
            return tpm.frame(0x00c4, TPM_FAIL)

    def close(self):
        self.closing = True
        self.thread.join()
        os.close(self.server)
        os.close(self.node)
