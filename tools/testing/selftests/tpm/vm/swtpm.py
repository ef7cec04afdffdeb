# SPDX-License-Identifier: GPL-2.0
"""One more chip in the machine under test: an swtpm behind the driver tpm_vtpm_proxy."""
import glob
import os
import subprocess
import tempfile
import time

import lab


def chips():
    return set(glob.glob("/sys/class/tpm/tpm*"))


class Chip:
    """A new chip; a TPM 1.2 has an owner, and @srk is the password of its SRK."""

    def __init__(self, family, srk="srk"):
        before = chips()
        subprocess.run(["modprobe", "tpm_vtpm_proxy"], check=True, timeout=lab.HANG)
        state = tempfile.mkdtemp(dir="/dev/shm")
        words = ["--tpm2"] if family == "2.0" else []
        if family == "1.2":
            subprocess.run(["swtpm_setup", "--tpmstate", state, "--runas", str(os.geteuid()),
                            "--take-ownership", "--ownerpass", "owner", "--srkpass", srk],
                           check=True, stdout=subprocess.DEVNULL, timeout=lab.HANG)
        self.process = subprocess.Popen(
            ["swtpm", "chardev", *words, "--vtpm-proxy", "--tpmstate", "dir=" + state,
             "--flags", "startup-clear"], stdout=subprocess.DEVNULL)
        self.wait(lambda: chips() - before)
        self.name = os.path.basename((chips() - before).pop())

    def wait(self, what):
        end = time.monotonic() + lab.HANG
        while not what():
            if time.monotonic() > end:
                raise RuntimeError("the other chip does not come or go")
            time.sleep(0.1)

    def pull_out(self):
        self.process.kill()
        self.process.wait()
        self.wait(lambda: not os.path.exists("/sys/class/tpm/" + self.name))
