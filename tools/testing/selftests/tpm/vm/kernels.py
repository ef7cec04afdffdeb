# SPDX-License-Identifier: GPL-2.0
"""Other kernels of Debian's, headers and images, unpacked into the cache.

A kernel's headers want the compiler that the kernel was built with, so a small Debian of that
release is unpacked beside them, and modules are built in there.
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

import lab
from packages import unpacked

# By the release of Debian whose programs build them: its own kernel, and the newest one.
SUITES = {"6.12": "trixie", "newest": "trixie-backports"}
# Where a Debian of this machine's release gets a newer kernel.
UPGRADE = "bookworm-backports"
# The source of the kernel that authenticates its commands.
HMAC_SOURCE = "6.12"
DEPMOD = shutil.which("depmod") or "/sbin/depmod"
TOOLS = ["bash", "binutils", "coreutils", "findutils", "grep", "make", "mawk", "perl", "sed"]


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
        subprocess.run([DEPMOD, "-b", base, release], check=True)
        shutil.rmtree(base)
    return unpacked("linux-image-" + release, build)


def upgrade(packages):
    """A kernel that the programs of this machine's Debian build modules for; with its headers as
    packages, in the folder packages, for the script installed."""
    release = packages.release(UPGRADE)
    version = release[:-len("-amd64")]
    top = image(packages, release)

    def build(into):
        packages.download(into, "linux-headers-" + release, "linux-headers-%s-common" % version,
                          "linux-kbuild-" + version, "linux-base/" + UPGRADE)
    headers = unpacked("linux-headers-" + release, build)
    if not os.path.lexists(top + "/packages"):
        os.symlink(headers, top + "/packages")
    return top


def hmac_kernel(packages):
    """A small kernel with CONFIG_TCG_TPM2_HMAC, which Debian's have off: for a guest, or for the
    machine under test, with what a module is built against.  Returns where it is."""
    fragment = os.path.join(lab.HERE, "hmac.config")
    with open(fragment) as f:
        options = f.read()
    name = "linux-source-" + HMAC_SOURCE

    def build(top):
        packages.run("apt-get", "update")
        lab.say("building a kernel with CONFIG_TCG_TPM2_HMAC from %s" % name)
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
            with open(work + "/.config") as f:
                got = f.read().splitlines()
            lost = [line for line in options.splitlines() if line.startswith("CONFIG") and line not in got]
            if lost:
                raise SystemExit("vm: the kernel lacks " + " ".join(lost))
            # There are no modules, but Module.symvers is made with them.
            subprocess.run(make + ["-j%d" % os.cpu_count(), "bzImage", "modules"], **quiet)
            subprocess.run(make + ["modules_install", "INSTALL_MOD_PATH=" + top, "DEPMOD=" + DEPMOD],
                           **quiet)
            subprocess.run(make + ["run-command", "KBUILD_RUN_COMMAND=%s/scripts/package/"
                                   "install-extmod-build %s/build" % (work, top)], **quiet)
            release = os.path.basename(glob.glob(top + "/lib/modules/*")[0])
            os.mkdir(top + "/boot")
            shutil.move(work + "/arch/x86/boot/bzImage", top + "/boot/vmlinuz-" + release)
            # It would name the source, which goes.
            os.unlink("%s/lib/modules/%s/build" % (top, release))
    digest = hashlib.sha256(options.encode()).hexdigest()[:12]
    return unpacked("%s-hmac-%s" % (name, digest), build)


IN_ROOT = """
mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" &&
exec chroot "$1" /usr/bin/env -i PATH=/usr/bin:/usr/sbin HOME=/ make -C "/src/$2" "$3" W=1 -s -j"$4" \
	KERNELDOC=true module
"""


def module_file(root, release):
    """Where build_module() puts it."""
    return "%s/src/%s/drivers/char/tpm/vtpm_bridge/vtpm_bridge.ko" % (root, release)


def copy_source(source):
    """What the module is built of, where it is built."""
    shutil.rmtree(source, ignore_errors=True)
    os.makedirs(source)
    listed = subprocess.run(["git", "-C", lab.REPO, "ls-files", "-z", "Makefile", "drivers", "include"],
                            capture_output=True)
    files = [f for f in listed.stdout.decode().split("\0") if f and os.path.exists(
        os.path.join(lab.REPO, f))]
    for name in files:
        os.makedirs(os.path.dirname(os.path.join(source, name)), exist_ok=True)
        shutil.copyfile(os.path.join(lab.REPO, name), os.path.join(source, name))


def built(made, root, release):
    return made.stdout, made.returncode == 0 and os.path.exists(module_file(root, release))


def build_module(root, release):
    """Build the module for another kernel; what the compiler said, and whether it did."""
    copy_source("%s/src/%s" % (root, release))
    user = [] if os.getuid() == 0 else ["--map-root-user"]
    made = subprocess.run(["unshare", "--mount", "--pid", "--fork"] + user + ["sh", "-c", IN_ROOT, "sh", root, release,
                           "KDIR=/usr/src/linux-headers-" + release, str(os.cpu_count())],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return built(made, root, release)


def build_hmac_module(top):
    """The same for the kernel of hmac_kernel(), which this machine's compiler has built."""
    release = lab.Kernel(top).release
    source = "%s/src/%s" % (top, release)
    copy_source(source)
    made = subprocess.run(["make", "-C", source, "KDIR=%s/build" % top, "W=1", "-s",
                           "-j%d" % os.cpu_count(), "KERNELDOC=true", "module"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return built(made, top, release)
