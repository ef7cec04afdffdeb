# SPDX-License-Identifier: GPL-2.0
"""Other kernels of Debian's, headers and images, unpacked into the cache.

Nothing is installed on this machine.  A kernel's headers want the compiler that the
kernel was built with, so a small Debian of that release is unpacked beside them, and
modules are built in there.
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

import lab

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# By the release of Debian whose programs build them: its own kernel, and the newest one.
SUITES = {"6.12": "trixie", "newest": "trixie-backports"}
BASE = "trixie"
# The source of the guest kernel that authenticates its commands.
HMAC_SOURCE = "6.12"
TOOLS = ["bash", "binutils", "coreutils", "findutils", "grep", "make", "mawk", "perl", "sed"]


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
        for name in ("lists/partial", "archives/partial"):
            os.makedirs(os.path.join(self.top, name), exist_ok=True)
        self.write("status", "")
        self.write("sources.list", "".join("deb [signed-by=%s] %s %s main\n" % (
            KEYRING, mirror(), suite) for suite in sorted({BASE, *SUITES.values()})))

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

    def unpack(self, into, *packages, alone=False):
        """With all that they depend on, or alone."""
        archives = self.top + "/archives"
        with tempfile.TemporaryDirectory() as work:
            if alone:
                # apt-get download puts the files where it is run.
                here = os.getcwd()
                os.chdir(work)
                self.run("apt-get", "download", *packages)
                os.chdir(here)
                files = glob.glob(work + "/*.deb")
            else:
                self.run("apt-get", "install", "--download-only", "-y", *packages)
                files = glob.glob(archives + "/*.deb")
            for path in files:
                subprocess.run(["dpkg", "-x", path, into], check=True)
                os.unlink(path)


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


def build_root(packages):
    """A Debian with these kernels' headers and compiler, just good enough to build a module."""
    releases = [packages.release(suite) for suite in SUITES.values()]

    def build(top):
        lab.say("unpacking the headers of %s and their compiler into the cache" % ", ".join(releases))
        packages.unpack(top, *("linux-headers-" + release for release in releases), *TOOLS)
        # What the packages' own scripts would have done.
        for link, target in (("sh", "bash"), ("awk", "mawk")):
            if not os.path.lexists(top + "/usr/bin/" + link):
                os.symlink(target, top + "/usr/bin/" + link)
        os.makedirs(top + "/src", exist_ok=True)
    return unpacked("headers-" + "-".join(releases), build)


def image(packages, release):
    """The kernel itself, for vm --kernel."""
    def build(top):
        lab.say("unpacking linux-image-%s into the cache" % release)
        # From 7.x on the image and its modules are packages that it depends on.
        parts = re.findall(r"(linux-(?:base|binary|modules)-%s) \(" % re.escape(release),
                           packages.run("apt-cache", "show", "linux-image-" + release))
        packages.unpack(top, "linux-image-" + release, *parts, alone=True)
        kern = lab.Kernel(top)
        base = tempfile.mkdtemp(dir=top)
        os.makedirs(base + "/lib/modules")
        os.symlink(kern.modules, "%s/lib/modules/%s" % (base, release))
        subprocess.run([shutil.which("depmod") or "/sbin/depmod", "-b", base, release], check=True)
        shutil.rmtree(base)
    return unpacked("linux-image-" + release, build)


def hmac_kernel(packages):
    """A small kernel with CONFIG_TCG_TPM2_HMAC, which Debian's have off, for a guest."""
    fragment = os.path.join(lab.HERE, "guest_hmac.config")
    with open(fragment) as f:
        options = f.read()
    name = "linux-source-" + HMAC_SOURCE

    def build(top):
        packages.run("apt-get", "update")
        lab.say("building a guest kernel with CONFIG_TCG_TPM2_HMAC from %s" % name)
        with tempfile.TemporaryDirectory(dir=top) as work:
            packages.unpack(work, name, alone=True)
            subprocess.run(["tar", "-C", work, "--strip-components=1", "-xf",
                            "%s/usr/src/%s.tar.xz" % (work, name)], check=True)
            make = ["make", "-s", "-C", work]
            quiet = {"check": True, "stdout": subprocess.DEVNULL}
            subprocess.run(make + ["tinyconfig"], **quiet)
            with open(work + "/.config", "a") as f:
                f.write(options)
            # It complains of each option that the fragment sets once more.
            subprocess.run(make + ["olddefconfig"], stderr=subprocess.DEVNULL, **quiet)
            subprocess.run(make + ["-j%d" % os.cpu_count(), "bzImage"], **quiet)
            with open(work + "/.config") as f:
                got = f.read().splitlines()
            lost = [line for line in options.splitlines() if line.startswith("CONFIG") and line not in got]
            if lost:
                raise SystemExit("vm: the guest kernel lacks " + " ".join(lost))
            shutil.move(work + "/arch/x86/boot/bzImage", top + "/bzImage")
    digest = hashlib.sha256(options.encode()).hexdigest()[:12]
    return unpacked("%s-hmac-%s" % (name, digest), build) + "/bzImage"


IN_ROOT = """
mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" &&
exec chroot "$1" /usr/bin/env -i PATH=/usr/bin:/usr/sbin HOME=/ make -C "/src/$2" "$3" W=1 -s -j"$4" \
	KERNELDOC=true module
"""


def module_file(root, release):
    """Where build_module() puts it."""
    return "%s/src/%s/drivers/char/tpm/vtpm_bridge/vtpm_bridge.ko" % (root, release)


def build_module(root, release):
    """Build the module for another kernel; what the compiler said, and whether it did."""
    source = "%s/src/%s" % (root, release)
    shutil.rmtree(source, ignore_errors=True)
    os.makedirs(source)
    listed = subprocess.run(["git", "-C", lab.REPO, "ls-files", "-z", "Makefile", "drivers", "include"],
                            capture_output=True)
    files = [f for f in listed.stdout.decode().split("\0") if f and os.path.exists(
        os.path.join(lab.REPO, f))]
    for name in files:
        os.makedirs(os.path.dirname(os.path.join(source, name)), exist_ok=True)
        shutil.copyfile(os.path.join(lab.REPO, name), os.path.join(source, name))
    user = [] if os.getuid() == 0 else ["--map-root-user"]
    made = subprocess.run(["unshare", "--mount", "--pid", "--fork"] + user + ["sh", "-c", IN_ROOT, "sh", root, release,
                           "KDIR=/usr/src/linux-headers-" + release, str(os.cpu_count())],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return made.stdout, made.returncode == 0 and os.path.exists(module_file(root, release))
