# SPDX-License-Identifier: GPL-2.0
"""What the virtual machines are made of, fetched and built once, kept in a cache.

The cache is ${VTPM_CACHE:-${XDG_CACHE_HOME:-~/.cache}/vtpm_bridge}; deleting it is
always safe.  Nothing is installed on this machine, nothing is written to the tree.
"""
import fcntl
import glob
import gzip
import hashlib
import lzma
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
REPO = os.path.realpath(os.path.join(HERE, "../../../../.."))
BUSYBOX = "/bin/busybox"
BEGUN = time.monotonic()
# Seconds: for nothing but what hangs.  An emulated machine may stand still for a minute or two.
HANG = 300


def cache():
    base = os.environ.get("VTPM_CACHE")
    if not base:
        base = os.path.join(os.environ.get("XDG_CACHE_HOME") or
                            os.path.expanduser("~/.cache"), "vtpm_bridge")
    os.makedirs(base, exist_ok=True)
    return base


def say(text):
    print("[%4d s] %s" % (time.monotonic() - BEGUN, text), file=sys.stderr, flush=True)


class Locked:
    """Two runs at once may need the same thing: the second waits for the first."""

    def __init__(self, name):
        self.path = os.path.join(cache(), "." + name + ".lock")

    def __enter__(self):
        self.file = open(self.path, "w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


# ---- the kernel -------------------------------------------------------------

class Kernel:
    """A kernel image and its modules, unpacked.

    Up to 6.x a package has boot/vmlinuz-REL and lib/modules/REL; then all is in
    usr/lib/modules/REL.
    """

    def __init__(self, top):
        self.top = top
        images = sorted(glob.glob(os.path.join(top, "boot/vmlinuz-*")) +
                        glob.glob(os.path.join(top, "usr/lib/modules/*/vmlinuz")))
        if len(images) != 1:
            raise SystemExit("vm: %s: expected one boot/vmlinuz-* or usr/lib/modules/*/vmlinuz, "
                             "found %d" % (top, len(images)))
        self.image = images[0]
        self.modules = os.path.dirname(self.image)
        if "/modules/" not in self.image:
            release = os.path.basename(self.image)[len("vmlinuz-"):]
            self.modules = next((path for path in (
                os.path.join(top, base, "modules", release) for base in ("lib", "usr/lib"))
                if os.path.isdir(path)), os.path.join(top, "lib/modules", release))
        self.release = os.path.basename(self.modules)

    def module_files(self, *names):
        """The files of these modules and of what they depend on, in loading order."""
        depends = {}
        with open(os.path.join(self.modules, "modules.dep")) as f:
            for line in f:
                path, _, needs = line.partition(":")
                depends[path] = needs.split()

        def stem(path):
            return re.sub(r"\.ko(\.[a-z0-9]+)?$", "", os.path.basename(path)).replace("-", "_")
        by_name = {stem(p): p for p in depends}
        order = []
        for name in names:
            if name not in by_name:
                continue        # built in
            path = by_name[name]
            for needed in reversed(depends[path]):
                if needed not in order:
                    order.append(needed)
            if path not in order:
                order.append(path)
        return [os.path.join(self.modules, p) for p in order]


def stock_release():
    """The release that the installed linux-headers-amd64 is for, and its version."""
    ask = subprocess.run(["dpkg-query", "-W", "-f", "${Depends}", "linux-headers-amd64"],
                         capture_output=True, text=True)
    found = re.search(r"linux-headers-(\S+-amd64) \(= ([^)]+)\)", ask.stdout)
    if not found:
        raise SystemExit("vm: linux-headers-amd64 is not installed; run %s/setup" % HERE)
    return found.group(1), found.group(2)


def stock_kernel():
    """Debian's own kernel, the one that the module is built for; unpacked, not installed."""
    release, version = stock_release()
    top = os.path.join(cache(), "linux-image-%s_%s" % (release, version))
    with Locked("linux-image"):
        if not os.path.exists(os.path.join(top, ".done")):
            say("fetching linux-image-%s %s (70 MB) into the cache" % (release, version))
            shutil.rmtree(top, ignore_errors=True)
            os.makedirs(top)
            with tempfile.TemporaryDirectory() as work:
                get = subprocess.run(["apt-get", "-qq", "download",
                                      "linux-image-%s=%s" % (release, version)],
                                     cwd=work, capture_output=True, text=True)
                debs = glob.glob(os.path.join(work, "*.deb"))
                if get.returncode or not debs:
                    raise SystemExit("vm: apt-get download linux-image-%s=%s failed:\n%s"
                                     "vm: is linux-headers-amd64 up to date (apt-get update, upgrade)?"
                                     % (release, version, get.stderr))
                subprocess.run(["dpkg", "-x", debs[0], top], check=True)
            subprocess.run([shutil.which("depmod") or "/sbin/depmod", "-b", top, release], check=True)
            open(os.path.join(top, ".done"), "w").close()
    return Kernel(top)


def kernel(top=None):
    return Kernel(top) if top else stock_kernel()


# ---- initramfs --------------------------------------------------------------

class Cpio:
    """A newc archive in memory; needs no root for device nodes."""

    def __init__(self):
        self.out = bytearray()
        self.ino = 0
        self.dirs = set()

    def _entry(self, name, mode, data=b"", rdev=(0, 0)):
        self.ino += 1
        raw = name.encode() + b"\0"
        head = "070701" + "".join("%08X" % n for n in (
            self.ino, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1], len(raw), 0))
        self.out += head.encode() + raw
        self.out += b"\0" * (-len(self.out) % 4)
        self.out += data
        self.out += b"\0" * (-len(self.out) % 4)

    def dir(self, name):
        name = name.strip("/")
        if not name or name in self.dirs:
            return
        self.dir(os.path.dirname(name))
        self.dirs.add(name)
        self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o755):
        self.dir(os.path.dirname(name))
        self._entry(name.strip("/"), stat.S_IFREG | mode, data)

    def link(self, name, target):
        self.dir(os.path.dirname(name))
        self._entry(name.strip("/"), stat.S_IFLNK | 0o777, target.encode())

    def node(self, name, major, minor):
        self.dir(os.path.dirname(name))
        self._entry(name.strip("/"), stat.S_IFCHR | 0o600, rdev=(major, minor))

    def bytes(self):
        self._entry("TRAILER!!!", 0)
        self.out += b"\0" * (-len(self.out) % 512)
        return bytes(self.out)


def read(path, mode="rb"):
    with open(path, mode) as f:
        return f.read()


def plain_module(path):
    data = read(path)
    if path.endswith(".xz"):
        data = lzma.decompress(data)
    elif path.endswith(".gz"):
        data = gzip.decompress(data)
    elif path.endswith(".zst"):
        data = unzstd(data)
    return data


def once(name, inputs, build):
    """A file in the cache, built again only when what it is made of has changed."""
    key = hashlib.sha256(b"\0".join(inputs)).hexdigest()[:16]
    stem, suffix = os.path.splitext(name)
    path = os.path.join(cache(), "%s-%s%s" % (stem, key, suffix))
    with Locked(stem):
        if not os.path.exists(path):
            for old in glob.glob(os.path.join(cache(), "%s-????????????????%s" % (stem, suffix))):
                os.unlink(old)
            temporary = path + ".new"
            build(temporary)
            os.replace(temporary, path)
    return path


def busybox_root(cpio):
    cpio.file("bin/busybox", read(BUSYBOX))
    for name in ("sh mount umount insmod mkdir cat echo sleep poweroff reboot switch_root dmesg ls cp "
                 "chmod stty base64 grep head tail uname date kill wc cmp od tr rm ip chown mkfifo").split():
        cpio.link("bin/" + name, "busybox")
    for name in ("proc", "sys", "dev", "run", "tmp", "etc"):
        cpio.dir(name)
    cpio.node("dev/console", 5, 1)
    cpio.node("dev/null", 1, 3)


def host_initramfs(kern):
    """What the machine under test starts from, before it has its root over 9p."""
    modules = kern.module_files("virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay",
                                "virtio_blk", "crc32c_generic", "ext4")
    init = read(os.path.join(HERE, "host-init"))

    def build(path):
        cpio = Cpio()
        busybox_root(cpio)
        cpio.file("init", init)
        for i, module in enumerate(modules):
            cpio.file("modules/%02d-%s" % (i, os.path.basename(module)), plain_module(module), 0o644)
        with open(path, "wb") as f:
            f.write(cpio.bytes())
    return once("host.%s.cpio" % kern.release, [init, read(BUSYBOX), kern.top.encode(),
                                               read(os.path.join(HERE, "lab.py"))], build)


# ---- what a Linux guest boots -----------------------------------------------

def unxz(data):
    try:
        return lzma.LZMADecompressor().decompress(data)
    except lzma.LZMAError:
        return b""


def unzstd(data):
    # What follows the frame is not its own: zstd complains, but has written the kernel.
    return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


# How a kernel may be packed within its image.
PACKINGS = {b"\xfd7zXZ\0": unxz, b"\x28\xb5\x2f\xfd": unzstd}


def find_kernel(image):
    for magic, unpack in PACKINGS.items():
        at = image.find(magic)
        while at >= 0:
            elf = unpack(image[at:])
            if elf.startswith(b"\x7fELF"):
                return elf
            at = image.find(magic, at + 1)
    return None


def guest_kernel(path, name):
    """A kernel's image unpacked: a guest's emulated processor need not do that at each boot.

    The code that runs is the same; it is entered by its PVH note instead of setup code.
    """
    image = read(path)

    def build(out):
        elf = find_kernel(image)
        if not elf:
            raise SystemExit("vm: no kernel found in %s" % path)
        with open(out, "wb") as f:
            f.write(elf)
    return once("vmlinux.%s.elf" % name, [image[:4096], path.encode(), b"3"], build)


def tpmsend():
    source = os.path.join(HERE, "tpmsend.c")

    def build(path):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-static", "-o", path, source], check=True)
    return once("tpmsend.bin", [read(source)], build)


def tspi():
    source = os.path.join(HERE, "tspi.c")

    def build(path):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", path, source, "-ltspi"], check=True)
    return once("tspi.bin", [read(source)], build)


LIBRARIES = "/lib/x86_64-linux-gnu"
TOOLS = (["/usr/bin/tpm2", "/usr/bin/openssl", "/usr/sbin/tcsd"] +
         sorted(glob.glob("/usr/*bin/tpm_*")) + ["/usr/bin/keyctl"])
# Loaded by name at run time; the second by a thread that ends.
LOADED = [LIBRARIES + "/libtss2-tcti-device.so.0", LIBRARIES + "/libgcc_s.so.1"]


CURL = "libcurl-gnutls.so.4"


def nocurl():
    source = os.path.join(HERE, "nocurl.c")

    def build(path):
        with tempfile.NamedTemporaryFile("w") as script:
            script.write("CURL_GNUTLS_3 { global: curl_*; };")
            script.flush()
            subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", path, source,
                            "-Wl,-soname," + CURL, "-Wl,--version-script," + script.name], check=True)
    return once("nocurl.so", [read(source)], build)


def linked(files):
    """These files and the libraries that they are linked with, but for libcurl's."""
    with tempfile.TemporaryDirectory() as work:
        os.symlink(nocurl(), os.path.join(work, CURL))
        asked = subprocess.run(["ldd"] + files, capture_output=True, text=True,
                               env=dict(os.environ, LD_LIBRARY_PATH=work))
    if asked.returncode:
        raise SystemExit("vm: ldd: %s" % asked.stderr.strip())
    found = set(re.findall(r"^\s+(?:\S+ => )?(/\S+) \(0x", asked.stdout, re.MULTILINE))
    return sorted(path for path in found.union(files) if os.path.basename(path) != CURL)


# As whom tcsd runs, and where its applications look for it.
ETC = {"passwd": "root:x:0:0::/:/bin/sh\ntss:x:100:100::/:/bin/false\n",
       "group": "root:x:0:\ntss:x:100:\n", "nsswitch.conf": "hosts: files\n",
       "hosts": "127.0.0.1 localhost\n"}


def tools_root(cpio, files):
    """tpm2-tools, OpenSSL, TrouSerS and tpm-tools as this machine has them."""
    for path in files:
        name = os.path.basename(path)
        place = {"ld-linux-x86-64.so.2": "lib64/"}.get(name, LIBRARIES[1:] + "/")
        cpio.file(("bin/" if path in TOOLS else place) + name, read(path))
    cpio.file(LIBRARIES[1:] + "/" + CURL, read(nocurl()))
    for path in glob.glob("/usr/bin/tpm2_*"):
        cpio.link("bin/" + os.path.basename(path), "tpm2")
    cpio.file("bin/tspi", read(tspi()))
    for name, text in ETC.items():
        cpio.file("etc/" + name, text.encode(), 0o644)
    cpio.link("var/run", "../run")


def guest_initramfs():
    init = read(os.path.join(HERE, "guest-init"))
    sender = read(tpmsend())
    tools = linked(TOOLS + LOADED)
    stamp = " ".join("%s:%d" % (path, os.stat(path).st_mtime) for path in tools)

    def build(path):
        cpio = Cpio()
        busybox_root(cpio)
        cpio.file("init", init)
        cpio.file("bin/tpmsend", sender)
        tools_root(cpio, tools)
        with open(path, "wb") as f:
            f.write(cpio.bytes())
    return once("guest.cpio", [init, sender, stamp.encode(), read(nocurl()), read(tspi()),
                               read(BUSYBOX), read(os.path.join(HERE, "lab.py"))], build)


def prepare(kern=None):
    """Everything that machines and guests need, before the first of them starts."""
    kern = kern or stock_kernel()
    return host_initramfs(kern), guest_kernel(kern.image, kern.release), guest_initramfs()
