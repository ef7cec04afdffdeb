# SPDX-License-Identifier: GPL-2.0
"""Packages of other suites of Debian's, unpacked into the cache: nothing is installed."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

import lab

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = ["bookworm-backports", "trixie", "trixie-backports"]


def mirror():
    """Where this machine gets Debian from."""
    ask = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)",
                          "Created-By: Packages", "Origin: Debian", "Component: main"],
                         capture_output=True, text=True)
    for uri in ask.stdout.split():
        if "security" not in uri:
            return uri
    raise SystemExit("vm: no mirror of Debian among apt's sources; try apt-get update")


class Packages:
    """apt with sources of its own, on a machine that has no package at all."""

    def __init__(self):
        self.top = os.path.join(lab.cache(), "apt")
        os.makedirs(self.top + "/lists/partial", exist_ok=True)
        self.write("status", "")
        self.write("sources.list", "".join("deb [signed-by=%s] %s %s main\n" % (
            KEYRING, mirror(), suite) for suite in SUITES))

    def write(self, name, text):
        path = os.path.join(self.top, name)
        with lab.Locked("apt"):
            with open(path + ".new", "w") as f:
                f.write(text)
            os.replace(path + ".new", path)

    def run(self, program, *args):
        options = {
            "Dir::Etc::SourceList": self.top + "/sources.list", "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null", "Dir::Etc::Preferences": "/dev/null",
            "Dir::State::Lists": self.top + "/lists", "Dir::State::Status": self.top + "/status",
            "Dir::Cache": self.top, "APT::Install-Recommends": "false", "Debug::NoLocking": "true",
            "APT::Sandbox::User": "root" if os.getuid() == 0 else "",
        }
        command = [program, "-qq"] + ["-o%s=%s" % o for o in options.items()] + list(args)
        with lab.Locked("apt"):
            ask = subprocess.run(command, capture_output=True, text=True)
        if ask.returncode:
            raise SystemExit("vm: %s %s failed:\n%s" % (program, " ".join(args), ask.stderr))
        return ask.stdout

    def release(self, suite):
        """The kernel that linux-headers-amd64 of a suite is for."""
        self.run("apt-get", "update")
        said = self.run("apt-cache", "-t", suite, "show", "linux-headers-amd64/" + suite)
        found = re.search(r"linux-headers-(\d\S+-amd64) \(", said)
        if not found:
            raise SystemExit("vm: %s has no linux-headers-amd64" % suite)
        return found.group(1)

    def download(self, into, *packages):
        """The files of these packages alone; apt-get puts them where it is run."""
        here = os.getcwd()
        os.chdir(into)
        self.run("apt-get", "download", *packages)
        os.chdir(here)

    def unpack(self, into, *packages, alone=False):
        """With all that they depend on, or alone."""
        with tempfile.TemporaryDirectory() as work:
            if alone:
                self.download(work, *packages)
            else:
                # Not into the cache's own directory, where another run may have its files.
                os.mkdir(work + "/partial")
                self.run("apt-get", "-oDir::Cache::Archives=" + work, "install",
                         "--download-only", "-y", *packages)
            for path in glob.glob(work + "/*.deb"):
                subprocess.run(["dpkg", "-x", path, into], check=True)


def unpacked(name, build):
    """A directory in the cache, made once."""
    top = os.path.join(lab.cache(), name)
    with lab.Locked(name):
        if not os.path.exists(top + "/.done"):
            shutil.rmtree(top, ignore_errors=True)
            os.makedirs(top)
            build(top)
            open(top + "/.done", "w").close()
    return top
