# SPDX-License-Identifier: GPL-2.0
"""What a TPM keeps without power, by family: how a guest in its firmware and programs on a powered
node change it, and find it again.

change_*() returns what find_*() is given then, as text.
"""
import contextlib
import struct

import tpm
from flows import Tools
from guest import Guest, Passthrough
from menu import SHOWN, Menu
from tap import FAMILY, check
from tss import Tss

PCR = 7
MEASURED = b"what the machine measures"


@contextlib.contextmanager
def firmware(node):
    """A guest of this node, kept in SeaBIOS' TPM menu: the menu, what it shows, and its TPM."""
    with Guest(Passthrough(node), menu=True, registers=True) as guest:
        menu = Menu(guest)
        yield menu, menu.tpm(), tpm.tpm(FAMILY, guest.registers)


# ---- TPM 2.0 ----------------------------------------------------------------

WORD = b"word"
LOST, KEPT = 0x81000002, 0x81000001
OWNER_AUTH_SET, CLEAR_DISABLED = 1 << 0, 1 << 8
PERMANENT = 0x200


def make_persistent(t, handle):
    """An owner's key of its own; its public part."""
    key, public = t.create_primary(tpm.RH_OWNER)
    t.ask("EvictControl", tpm.frame(0x8002, 0x120, struct.pack(">II", tpm.RH_OWNER, key) +
                                    tpm.password(b"") + struct.pack(">I", handle)))
    t.flush(key)
    return public


def public_of(t, handle):
    body = t.ask("ReadPublic", tpm.frame(0x8001, 0x173, struct.pack(">I", handle)))
    size, = struct.unpack_from(">H", body)
    return body[2:2 + size]


def change_guest_20(node):
    """Clear, by the menu; then the owner gets a key and a password, and forbids Clear."""
    with firmware(node) as (menu, _, t):
        make_persistent(t, LOST)
        menu.choose("1", SHOWN)
        check(not t.handles(0x81000000), "a persistent object outlived Clear")
        public = make_persistent(t, KEPT)
        t.ask("HierarchyChangeAuth", tpm.change_owner(b"", WORD))
        t.ask("ClearControl", tpm.frame(0x8002, 0x127, struct.pack(">I", tpm.RH_LOCKOUT) +
                                        tpm.password(b"") + b"\1"))
        return public.hex()


def find_guest_20(node, public):
    with firmware(node) as (_, _, t):
        flags = t.prop(PERMANENT)
        check(flags & OWNER_AUTH_SET and flags & CLEAR_DISABLED, "permanent flags 0x%x" % flags)
        check(t.rc(tpm.change_owner(b"", b"")), "the owner has no password")
        check(not t.rc(tpm.change_owner(WORD, WORD)), "the owner has another password")
        check(t.handles(0x81000000) == [KEPT], "persistent objects: %s" % t.handles(0x81000000))
        check(public_of(t, KEPT).hex() == public, "the persistent object is another one")


UNSEAL = ("tpm2_startauthsession -Q --policy-session -S s.ctx",
          "tpm2_policypcr -Q -S s.ctx -l sha256:%d" % PCR,
          "tpm2_unseal -c sealed.ctx -p session:s.ctx")
END = ("tpm2_flushcontext s.ctx", "tpm2_flushcontext -t")
LOAD = ("tpm2_load -Q -C 0x%x -u sealed.pub -r sealed.priv -c sealed.ctx" % KEPT,
        "tpm2_flushcontext -t")
MEASURE = "tpm2_pcrextend %d:sha256=%s" % (PCR, MEASURED.hex().ljust(64, "0"))


def unseals(tools):
    tools.do(*UNSEAL[:2], UNSEAL[2] + " | cmp - secret", *END)


def change_tools_20(node, directory):
    """The owner has a password, and a persistent key, with data below that is sealed to a PCR."""
    tools = Tools(directory, "device:" + node)
    tools.put("secret", b"what is sealed")
    tools.do("tpm2_changeauth -Q -c o word", "tpm2_createprimary -Q -C o -P word -G ecc -c primary.ctx",
             "tpm2_evictcontrol -Q -C o -P word -c primary.ctx 0x%x" % KEPT, "tpm2_flushcontext -t",
             MEASURE, "tpm2_startauthsession -Q -S s.ctx",
             "tpm2_policypcr -Q -S s.ctx -l sha256:%d -L policy" % PCR, "tpm2_flushcontext s.ctx",
             "tpm2_create -Q -C 0x%x -i secret -L policy -u sealed.pub -r sealed.priv" % KEPT,
             "tpm2_flushcontext -t", *LOAD)
    unseals(tools)
    return ""


def find_tools_20(node, directory, _):
    tools = Tools(directory, "device:" + node)
    tools.refused("tpm2_createprimary -Q -C o -G ecc -c primary.ctx", "0x9A2")
    tools.do(*LOAD, *UNSEAL[:2])
    tools.refused(UNSEAL[2], "0x99D")
    tools.do(*END, MEASURE)
    unseals(tools)
    tools.do("tpm2_createprimary -Q -C o -P word -G ecc -c primary.ctx", "tpm2_flushcontext -t")


# ---- TPM 1.2 ----------------------------------------------------------------

CHIP = "/dev/tpm0"
COMPOSITE = 16
WRONG_PCR = 24


def prepare_chip_12():
    """Only a chip with an owner seals."""
    check(not Tss(tpm.Node(CHIP)).take_ownership(), "TakeOwnership was refused")


def change_guest_12(node):
    """ForceClear by the menu: for this guest the chip has no owner, and its TPM is disabled."""
    with firmware(node) as (menu, shown, t):
        check(t.owned() and "Ownership has been taken" in shown, "the guest sees no owner:\n" + shown)
        menu.choose("c", "Ownership has not been taken")
        return ""


def find_guest_12(node, _):
    with firmware(node) as (_, shown, t):
        check("Enable the TPM" in shown, "the menu does not tell that the TPM is disabled:\n" + shown)
        check(not t.owned(), "the guest sees an owner again")
        flags = t.flags()
        check(flags["disable"] and flags["deactivated"], "flags %s" % flags)


def change_tools_12(node, _):
    """The guest seals to its PCRs."""
    t = Tss(tpm.Node(node))
    t.extend(PCR, MEASURED)
    return t.seal(b"what is sealed", info=t.pcr_info(COMPOSITE)).hex()


def find_tools_12(node, _, sealed):
    t = Tss(tpm.Node(node))
    check(t.owned(), "the guest sees no owner")
    try:
        t.unseal(bytes.fromhex(sealed))
        check(False, "it can be unsealed with other PCRs")
    except tpm.Failed as e:
        check(e.rc == WRONG_PCR, str(e))
    t.extend(PCR, MEASURED)
    check(t.unseal(bytes.fromhex(sealed)) == b"what is sealed", "it unseals to something else")


prepare_chip = {"2.0": lambda: None, "1.2": prepare_chip_12}[FAMILY]
change_guest = {"2.0": change_guest_20, "1.2": change_guest_12}[FAMILY]
find_guest = {"2.0": find_guest_20, "1.2": find_guest_12}[FAMILY]
change_tools = {"2.0": change_tools_20, "1.2": change_tools_12}[FAMILY]
find_tools = {"2.0": find_tools_20, "1.2": find_tools_12}[FAMILY]
