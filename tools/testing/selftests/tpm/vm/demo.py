#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The demo's part inside the machine with the chip, and the table at its end."""
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import guest
import lab
import tpm

FAMILY = os.environ.get("VTPM_FAMILY", "2.0")
BANK = 0xb if FAMILY == "2.0" else 0x4
OUT = os.environ.get("VM_OUT", "/run/out")
BEGUN = time.monotonic()
MENU = r"Select boot device:(?s:.*)\n\s*\d"

# What is to be shown; a line that was never reached is false.
BEFORE = [
    ("before.fails", "on /dev/tpm0 the guest's firmware cannot start the TPM"),
    ("before.no_menu", "on /dev/tpm0 the boot menu has no TPM entry"),
]
AFTER = [
    ("after.menu", "on /dev/vtpm0 the boot menu has the TPM entry, and it opens"),
    ("after.boot", "two Linux guests run at once, each with /dev/tpm0"),
    ("after.measured", "each guest's PCRs are those that its firmware logged"),
    ("after.differ", "the PCRs of guest A, guest B and the host differ"),
    ("after.disabled", "guest A clears and disables its TPM"),
    ("after.refused", "guest A's TPM then refuses to work"),
    ("after.neighbour", "guest B's TPM works on meanwhile"),
    ("after.host", "the host's TPM works on meanwhile"),
    ("after.again", "guest A reboots into a TPM that works"),
    ("after.untouched", "flags, hierarchies and PCRs of the chip are as before"),
    ("after.empty", "nothing of the guests is left in the chip"),
]

seen = {}


def say(text):
    print("[%4d s]   %s" % (time.monotonic() - BEGUN, text), flush=True)


def observe(name, true):
    seen[name] = bool(true)
    with open(os.path.join(OUT, "seen.json"), "w") as f:
        json.dump(seen, f)
    return true


def show(text):
    print("\n".join("    | " + line for line in text.splitlines() if line.strip()), flush=True)


def boot_menu(g):
    g.wait_screen("Press ESC")
    g.key("esc")
    text, before = g.wait_screen(MENU), None
    while text != before:       # it is being written
        time.sleep(1)
        text, before = g.screen(), text
    return text


def before():
    cancel = "/dev/null" if FAMILY == "2.0" else None
    wire = "/run/wire.log"
    with guest.Guest(guest.Passthrough("/dev/tpm0", cancel), menu=True,
                     extra=("-d", "trace:tpm_util_show_buffer*", "-D", wire)) as g:
        text = boot_menu(g)
        show(text)
        observe("before.no_menu", "TPM" not in text)
    code = 0x144 if FAMILY == "2.0" else 0x99
    startups = [rc for sent, rc in exchanges(wire) if sent == code]
    say("the guest's firmware sends Startup and hears " + ", ".join("0x%x" % rc for rc in startups))
    observe("before.fails", startups and all(startups))


def exchanges(path):
    """What went over the wire between a guest and its TPM: (code, response code)."""
    messages = []
    with open(path) as f:
        for line in f:
            if "direction:" in line:
                messages.append(("To TPM" in line, []))
            elif messages:
                messages[-1][1].extend(w for w in line.split() if len(w) == 2)
    codes = [(sent, int("".join(words[6:10]), 16)) for sent, words in messages if len(words) >= 10]
    return [(codes[i][1], codes[i + 1][1]) for i in range(len(codes) - 1)
            if codes[i][0] and not codes[i + 1][0]]


def works(t):
    """The TPM does something that needs the chip, and that a disabled one refuses."""
    try:
        if FAMILY == "2.0":
            handle, _ = t.create_primary(tpm.RH_OWNER)
            t.flush(handle)
        else:
            t.ask("GetRandom", tpm.frame(0xc1, 0x46, (16).to_bytes(4, "big")))
        return True
    except tpm.Failed as e:
        say("    refused: %s" % e)
        return False


def measured(g, t):
    log = tpm.EventLog(g.read("/sys/kernel/security/tpm0/binary_bios_measurements"))
    expected = log.replay(BANK)
    return bool(log.events) and all(t.pcr(BANK, i) == expected[i] for i in range(8))


def disable(g, t):
    """Every way that a guest's system has to be rid of its TPM."""
    if FAMILY == "2.0":
        for hierarchy, command in (
                (tpm.RH_LOCKOUT, lambda h: tpm.frame(0x8002, 0x126, h + tpm.EMPTY_AUTH)),
                (tpm.RH_OWNER, lambda h: tpm.frame(0x8002, 0x121, h + tpm.EMPTY_AUTH + h + b"\0")),
                (tpm.RH_ENDORSEMENT,
                 lambda h: tpm.frame(0x8002, 0x121, h + tpm.EMPTY_AUTH + h + b"\0"))):
            if t.rc(command(hierarchy.to_bytes(4, "big"))):
                return False
        return True
    return False


def clear_and_disable_in_firmware(g):
    """TPM 1.2 asks for physical presence, which only firmware has: as its menu does."""
    t = tpm.Tpm12(g.registers)
    cleared = t.rc(tpm.frame(0xc1, 0x5d))
    return not cleared and t.flags()["disable"] == 1


def enable_in_firmware(g):
    """By the items of the firmware's TPM menu; the last one resets the machine."""
    boot_menu(g)
    g.key("t")
    g.wait_screen(r"\be\. Enable")
    g.key("e")
    show(g.wait_screen(r"\ba\. Activate").partition("The current state")[2])
    g.key("a")


def after():
    subprocess.run(["insmod", os.path.join(lab.REPO, "drivers/char/tpm/vtpm_bridge/vtpm_bridge.ko")],
                   check=True)
    # The chip itself moves PCR 10 if the host measures; the rest must stand still.
    still = [i for i in tpm.PCRS if i != 10]
    host = tpm.tpm(FAMILY, tpm.Node("/dev/tpm0"))
    state = host.state(still)
    a, b = guest.Proxy(), guest.Proxy()
    say("vtpmctl create: %s and %s" % (a.path, b.path))

    with guest.Guest(a, menu=True) as g:
        text = boot_menu(g)
        show(text)
        g.key("t")
        page = g.wait_screen(r"Clear TPM|state of the TPM")
        show(page)
        observe("after.menu", "TPM Configuration" in text)

    ga = guest.linux(a, "A") if FAMILY == "2.0" else None
    gb = guest.linux(b, "B")
    try:
        if FAMILY == "1.2":
            observe_12(a, gb, host)
        else:
            observe_20(ga, gb, host)
    finally:
        for g in (ga, gb):
            if g:
                g.close()
    changed = tpm.differences(state, host.state(still))
    for line in changed:
        say("    the chip changed: " + line)
    observe("after.untouched", not changed)
    a.close()
    b.close()
    left = host.resident()
    observe("after.empty", left == empty(left))


def empty(left):
    return {k: [] if isinstance(v, list) else "0000" for k, v in left.items()}


def side_by_side(ga, gb, host):
    """Two Linux guests, which measure each into a TPM of its own."""
    for g in (ga, gb):
        g.wait_linux(500)
        say("guest %s is up after %d s" % (g.name, g.age()))
    observe("after.boot", all("/dev/tpm0" in g.sh("ls /dev/tpm0") for g in (ga, gb)))
    ta, tb = tpm.tpm(FAMILY, ga), tpm.tpm(FAMILY, gb)
    observe("after.measured", measured(ga, ta) and measured(gb, tb))
    ta.extend(11, b"A")
    tb.extend(11, b"B")
    pcrs = [t.pcrs(BANK, range(16)) for t in (ta, tb, host)]
    for name, values in zip(("A", "B", "host"), pcrs):
        say("PCR 0 and 11 of %-4s %s... %s..." % (name, values[0].hex()[:16], values[11].hex()[:16]))
    observe("after.differ", pcrs[0] != pcrs[1] and pcrs[0] != pcrs[2] and pcrs[1] != pcrs[2])
    return ta, tb


def observe_20(ga, gb, host):
    say("two guests boot Linux, side by side")
    ta, tb = side_by_side(ga, gb, host)
    observe("after.disabled", works(ta) and disable(ga, ta))
    observe("after.refused", not works(ta))
    observe("after.neighbour", works(tb))
    observe("after.host", host_works())
    say("guest A reboots")
    ga.shell.send(b"reboot -f\n")
    ga.wait_linux(400)
    observe("after.again", works(ta) and measured(ga, ta) and
            ta.pcr(BANK, 11) == b"\0" * 32 and works(tb) and host_works())


def observe_12(a, gb, host):
    say("two guests boot Linux, side by side; then guest A stops at its firmware's menu")
    with guest.linux(a, "A") as ga:
        _, tb = side_by_side(ga, gb, host)
    with guest.Guest(a, name="A", menu=True, registers=True) as ga:
        boot_menu(ga)
        observe("after.disabled", clear_and_disable_in_firmware(ga))
        observe("after.refused", not works(tpm.Tpm12(ga.registers)))
        observe("after.neighbour", works(tb))
        observe("after.host", host_works())
        say("guest A enables and activates its TPM by its firmware's menu")
        ga.reset()
        enable_in_firmware(ga)
        boot_menu(ga)
        observe("after.again", works(tpm.Tpm12(ga.registers)) and works(tb) and host_works())


def host_works():
    if FAMILY == "2.0":
        tool = ["tpm2_createprimary", "-Q", "-C", "n", "-c", "/run/primary.ctx"]
        env = dict(os.environ, TPM2TOOLS_TCTI="device:/dev/tpmrm0")
        return not subprocess.run(tool, env=env, timeout=lab.HANG).returncode
    return works(tpm.Tpm12(tpm.Node("/dev/tpm0")))


def table(out):
    found = {}
    for part in ("before", "after"):
        try:
            with open(os.path.join(out, part, "seen.json")) as f:
                found.update(json.load(f))
        except FileNotFoundError:
            pass
    for name, text in BEFORE + AFTER:
        print("  %-5s  %s" % (str(found.get(name, False)).lower(), text))
    return 0 if all(found.get(name) for name, _ in BEFORE + AFTER) else 1


if __name__ == "__main__":
    if sys.argv[1] == "table":
        sys.exit(table(sys.argv[2]))
    {"before": before, "after": after}[sys.argv[1]]()
