# SPDX-License-Identifier: GPL-2.0
"""A LUKS disk, and systemd's programs as the administrator of a guest uses them."""
import os
import subprocess

import lab
from flows import Tools, lockout
from guest import Proxy
from stack import Stack
from tap import NotShown, check, chip, same

class Disk:
    PCR = "16"
    PASSWORD = "a password"
    CRYPTSETUP = "/lib/systemd/systemd-cryptsetup"

    def __init__(self, name, image, tpm):
        """@tpm: what has a resource manager's node as .space"""
        self.name, self.image, self.tpm = name, image, tpm
        self.credential = "/run/" + name + ".credential"

    def execute(self, command, environment):
        """Its status and what it said."""
        raise NotImplementedError

    def run(self, *command, **variables):
        # There is no udev in these machines to make nodes for the device mapper.
        status, said = self.execute(command, dict(DM_DISABLE_UDEV="1", PASSWORD=self.PASSWORD,
                                                  **variables))
        check(not status, "%s: %s" % (command[0], said[-1500:]))

    def enroll(self, *options, pcr=PCR, **variables):
        self.run("systemd-cryptenroll", "--tpm2-device=" + self.tpm.space, "--tpm2-pcrs=" + pcr,
                 *options, self.image, **variables)

    def unlock(self, tpm=None, **variables):
        self.run(self.CRYPTSETUP, "attach", self.name, self.image, "-",
                 "headless=1,tpm2-device=" + (tpm or self.tpm).space, **variables)
        self.run(self.CRYPTSETUP, "detach", self.name)

    def encrypt(self):
        """A credential, as it is kept for a service."""
        self.run("systemd-creds", "encrypt", "--with-key=tpm2", "--tpm2-pcrs=" + self.PCR,
                 "--tpm2-device=" + self.tpm.space, "--name=credential", "/proc/version",
                 self.credential)

    def decrypt(self):
        self.run("systemd-creds", "decrypt", "--tpm2-device=" + self.tpm.space,
                 "--name=credential", self.credential, "/dev/null")

    def refused(self, why, function, *args, **variables):
        try:
            function(*args, **variables)
        except NotShown as e:
            check(why in str(e), "not for that reason: %s" % e)
            return
        check(False, "it was not refused")

    def stays_locked(self, why, tpm=None, **variables):
        self.refused(why, self.unlock, tpm, **variables)


class ImageDisk(Disk):
    """An image of this machine, which is made; used by the systemd in @root."""

    def __init__(self, name, tpm, root="/"):
        Disk.__init__(self, name, "/run/" + name, tpm)
        self.root = root
        for module in ("loop", "dm_crypt"):
            subprocess.run(["modprobe", module], check=True, timeout=lab.HANG)
        if root != "/":
            for place in ("dev", "proc", "run", "sys"):
                subprocess.run(["mount", "--rbind", "/" + place, os.path.join(root, place)],
                               check=True, timeout=lab.HANG)
        with open(self.image, "wb") as f:
            f.truncate(24 << 20)
        formatted = subprocess.run(
            ["cryptsetup", "luksFormat", "-q", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations",
             "1000", self.image, "-"], input=self.PASSWORD, capture_output=True, text=True, timeout=lab.HANG)
        check(not formatted.returncode, "cryptsetup: " + formatted.stderr[-1500:])

    def execute(self, command, environment):
        done = subprocess.run(["chroot", self.root, *command], env=dict(os.environ, **environment),
                              capture_output=True, text=True, timeout=lab.HANG)
        return done.returncode, done.stderr


# What systemd does with a disk that it has sealed to PCR 16.
STORY = ("seals_a_disk_and_a_credential", "unlocks_after_a_reset",
         "stays_locked_after_a_changed_pcr", "stays_locked_on_another_guest",
         "stays_locked_on_the_host", "unlocks_with_a_pin_after_a_reset",
         "stays_locked_with_a_wrong_pin", "stays_locked_with_a_pin_after_a_changed_pcr")
# By its version: how it says that the policy is another one, and what it does with other PCRs.
VERSIONS = {"252": ("policy digest does not match", "seals_to_other_pcrs_too"),
            "257": ("unseal secret using TPM2: Operation not permitted",
                    "refuses_to_seal_to_other_pcrs")}
WRONG_PIN = "0x0000098e"
EXTEND = "tpm2_pcrextend 11:sha256=" + "5a" * 32
SRK = "0x81000001"


def names(version):
    return ["systemd_%s_%s" % (version, name) for name in (
        *STORY, VERSIONS[version][1], "leaves_nothing_in_the_chip")]


class FirstTpm:
    """Whose users are those of the host or, in a guest, those of the guest."""
    space = "/dev/tpmrm0"


def make_srk(tools):
    """As systemd 257 does at enrolment, so that a thief gets beyond the storage root key."""
    tools.do("tpm2_createprimary -Q -C o -G ecc -c srk.ctx -a 'fixedtpm|fixedparent|"
             "sensitivedataorigin|userwithauth|noda|restricted|decrypt'",
             "tpm2_evictcontrol -Q -C o -c srk.ctx " + SRK)


def other_pcrs(disk, version):
    """252 asks the TPM for the policy's digest, and 257 computes it and tries it out."""
    if version == "252":
        disk.enroll("--wipe-slot=tpm2", pcr="7")
        disk.unlock(disk.tpm)
    else:
        disk.refused("Operation not permitted", disk.enroll, pcr="7")


def story(disk, thief, version, reset, tools):
    """Yields after each thing that is shown."""
    changed = VERSIONS[version][0]
    disk.enroll()
    disk.unlock(disk.tpm)
    disk.encrypt()
    yield
    reset()
    disk.unlock(disk.tpm)
    disk.decrypt()
    yield
    tools.do(EXTEND)
    disk.stays_locked(changed, disk.tpm)
    disk.refused(changed, disk.decrypt)
    reset()
    yield
    disk.stays_locked(changed, thief)
    yield
    disk.stays_locked(changed, FirstTpm)
    yield
    disk.enroll("--tpm2-with-pin=yes", "--wipe-slot=tpm2", NEWPIN="a pin")
    reset()
    disk.unlock(disk.tpm, PIN="a pin")
    yield
    disk.stays_locked(WRONG_PIN, disk.tpm, PIN="another")
    lockout("--clear-lockout")
    yield
    tools.do(EXTEND)
    disk.stays_locked(changed, disk.tpm, PIN="a pin")
    yield
    other_pcrs(disk, version)
    yield


def scenario(t, version, work, root):
    check(root, "which systemd? see vm/systemd")
    before = chip().state()
    nodes = [Proxy("composite=0-7,11", "power=on") for _ in range(2)]
    stacks = [Stack(node.path) for node in nodes]
    tools, thief, host = (Tools(work + name, "device:" + space.space) for name, space in (
        ("", stacks[0]), ("-thief", stacks[1]), ("-host", FirstTpm)))
    names_left = names(version)

    def reset():
        check(not nodes[0].ctl("reset").returncode, "reset is refused")
    try:
        make_srk(thief)
        make_srk(host)
        for _ in story(ImageDisk("disk-" + version, stacks[0], root), stacks[1], version, reset, tools):
            t.shown(names_left.pop(0))
    finally:
        for part in stacks + nodes:
            part.close()
        host.do("tpm2_evictcontrol -Q -C o -c " + SRK)
    same("the chip", before, chip().state())
    t.shown(names_left.pop(0))
