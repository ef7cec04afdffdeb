# SPDX-License-Identifier: GPL-2.0
"""The QEMU that emulates the machine under test.

That of Debian 12 emulates SVM, which runs the guests (kvm.py), half as fast as a newer one and with
more faults.  So the newer one of bookworm-backports is unpacked into the cache.  The guests
themselves have the QEMU that is installed.
"""
import re
import subprocess

import lab
from packages import Packages, unpacked

PROGRAM = "qemu-system-x86_64"
NEW = 9                 # a major version that will do


def version():
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"version (\d+)", said).group(1))


def unpack(top):
    lab.say("fetching the QEMU of bookworm-backports (13 MB) into the cache")
    packages = Packages()
    packages.run("apt-get", "update")
    packages.unpack(top, "qemu-system-x86/bookworm-backports",
                    "qemu-system-data/bookworm-backports", alone=True)


def command():
    """The program, and where its firmware is."""
    if version() >= NEW:
        return [PROGRAM]
    top = unpacked("qemu-bookworm-backports", unpack)
    return ["%s/usr/bin/%s" % (top, PROGRAM), "-L", top + "/usr/share/qemu",
            "-L", "/usr/share/seabios", "-L", "/usr/lib/ipxe/qemu"]
