# SPDX-License-Identifier: GPL-2.0
"""What README.md tells an administrator to type under "Use it", and its XML.

What a line cannot say stands for itself: "..." is replaced by what QEMU needs to start and end
without a guest.
"""
import os
import re
import subprocess

import lab
from tap import check, log

SECTION = "## Use it"
QEMU = "-nodefaults -display none -machine q35 -m 128 -monitor stdio"


def indented():
    """What the section shows indented: commands and XML, a continued line as one."""
    text = lab.read(os.path.join(lab.REPO, "README.md"), "r")
    section = text.split(SECTION + "\n", 1)[1].split("\n## ", 1)[0].replace("\\\n", " ")
    return [line.strip() for line in section.splitlines() if line.startswith("    ")]


def commands():
    return [line for line in indented() if not line.startswith("<")]


def xml():
    return "".join(line for line in indented() if line.startswith("<"))


def run(line, **environment):
    """The line as a shell runs it: its output."""
    log("# " + line)
    done = subprocess.run(["bash", "-c", line.replace("...", QEMU, 1)], cwd=lab.REPO, text=True,
                          input="quit\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, **environment), timeout=600)
    log(done.stdout)
    check(not done.returncode, "exit status %d: %s" % (done.returncode, done.stdout[-600:]))
    prints = re.search(r"# prints (\S+)$", line)
    check(not prints or done.stdout.strip() == prints.group(1), "prints " + done.stdout)
    return done.stdout
