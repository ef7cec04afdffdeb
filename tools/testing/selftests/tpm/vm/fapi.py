# SPDX-License-Identifier: GPL-2.0
"""What the Feature API (tss2_*) does on a proxy, with policies on PCRs and persistent keys."""
import json
import os
import shutil

from flows import Tools
from guest import Proxy
from stack import Stack
from tap import check, chip, same

PROFILE = "P_ECCP256SHA256"
PROFILES = "/etc/tpm2-tss/fapi-profiles"
RANGE = "persistent-range=0x81100000-0x8110000f"
DEFAULT_SRK, SRK, KEY = "0x81000001", "0x81100001", "0x81100002"
CHANGED, LOST = "Fapi_%s(0x1C4)", "Fapi_%s(0x99D)"

NAMES = ("fapi_provisions_a_proxy", "fapi_seals_and_unseals_on_the_composite",
         "fapi_signs_with_a_key_on_the_composite", "fapi_quotes_the_composite",
         "fapi_refuses_after_a_changed_pcr", "fapi_unseals_and_signs_after_a_reset",
         "fapi_loses_what_it_seals_on_other_pcrs", "fapi_makes_a_persistent_key",
         "fapi_uses_a_persistent_key_on_the_next_proxy", "fapi_deletes_persistent_keys",
         "fapi_without_a_range_makes_no_persistent_key", "fapi_leaves_nothing_in_the_chip")


def fapi(directory, stack, srk=SRK):
    """A user of the Feature API: its keystore is a part of @directory.

    The profile is Debian's own, but for the handle of the storage root key.
    """
    tools = Tools(directory, "device:" + stack.space)
    place = {name: os.path.join(directory, name) for name in ("profiles", "user", "system", "log")}
    if not os.path.isdir(place["profiles"]):
        for path in place.values():
            os.mkdir(path)
        with open(os.path.join(PROFILES, PROFILE + ".json")) as f:
            profile = f.read()
        check(DEFAULT_SRK in profile, "the profile has another handle")
        tools.put("profiles/%s.json" % PROFILE, profile.replace(DEFAULT_SRK, srk).encode())
    tools.put("config.json", json.dumps({
        "profile_name": PROFILE, "profile_dir": place["profiles"], "user_dir": place["user"],
        "system_dir": place["system"], "log_dir": place["log"], "system_pcrs": [],
        "tcti": "device:" + stack.space, "ek_cert_less": "yes"}).encode())
    tools.env["TSS2_FAPICONF"] = os.path.join(directory, "config.json")
    return tools


def import_policy(guest, name, pcr):
    guest.put(name, json.dumps({"description": name, "policy": [
        {"type": "POLICYPCR", "currentPCRs": [pcr]}]}).encode())
    guest.do("tss2_import -p /policy/%s -i %s" % (name, name))


UNSEAL = "tss2_unseal -p HS/SRK/seal -o unsealed -f"
SIGN = "tss2_sign -p HS/SRK/%s -d digest -o signature -k key.pem -f"
VERIFY = "openssl pkeyutl -verify -pubin -inkey key.pem -in digest -sigfile signature"


def seal_and_sign(t, guest):
    import_policy(guest, "composite", 16)
    guest.do("tss2_createseal -p HS/SRK/seal -P /policy/composite -i secret -a ''",
             UNSEAL, "cmp unsealed secret")
    t.shown(NAMES[1])
    guest.do("tss2_createkey -p HS/SRK/sign -t sign,noda -P /policy/composite -a ''",
             SIGN % "sign", VERIFY)
    t.shown(NAMES[2])
    guest.do("tss2_createkey -p HS/SRK/quote -t sign,noda,restricted -a ''",
             "tss2_quote -p HS/SRK/quote -x 16 -Q digest -o quote.signature -q quote -f",
             "tss2_verifyquote -k HS/SRK/quote -Q digest -i quote.signature -q quote")
    guest.refused("tss2_quote -p HS/SRK/quote -x 11 -Q digest -o s -q q -f", "Fapi_Quote(0x143)")
    t.shown(NAMES[3])


def change_and_reset(t, guest, node):
    guest.do("tpm2_pcrextend 11:sha256=" + "5a" * 32, "rm unsealed signature")
    guest.refused(UNSEAL, CHANGED % "Unseal")
    guest.refused(SIGN % "sign", CHANGED % "Sign")
    t.shown(NAMES[4])
    check(not node.ctl("reset").returncode, "reset is refused")
    guest.do(UNSEAL, "cmp unsealed secret", SIGN % "sign", VERIFY)
    t.shown(NAMES[5])


def lose(t, guest):
    """The creation does not warn: the documents must."""
    import_policy(guest, "private", 7)
    guest.do("tss2_createseal -p HS/SRK/lost -P /policy/private -i secret -a ''")
    guest.refused("tss2_unseal -p HS/SRK/lost -o lost -f", LOST % "Unseal")
    t.shown(NAMES[6])


def without_range(t, work):
    """The bridge keeps the storage root key itself, and cannot check the session of the others."""
    node = Proxy("power=on")
    stack = Stack(node.path)
    try:
        guest = fapi(work, stack, DEFAULT_SRK)
        guest.do("tss2_provision")
        guest.refused("tss2_createkey -p HS/SRK/kept -t sign,noda,%s -a ''" % KEY,
                      "Fapi_CreateKey(0x12F)")
        guest.refused("tss2_delete -p /", "Fapi_Delete(0x12F)")
        t.shown(NAMES[10])
    finally:
        stack.close()
        node.close()


def scenario(t, work):
    before = chip().state()
    settings = ("composite=0-7,11", "power=on", RANGE)
    node = Proxy(*settings)
    parts = [Stack(node.path), node]
    try:
        guest = fapi(work, parts[0])
        guest.put("secret", b"a secret")
        guest.put("digest", bytes(range(32)))
        guest.do("tss2_provision")
        t.shown(NAMES[0])
        seal_and_sign(t, guest)
        change_and_reset(t, guest, node)
        lose(t, guest)

        guest.do("tss2_createkey -p HS/SRK/kept -t sign,noda,%s -a ''" % KEY, SIGN % "kept", VERIFY)
        check(int(KEY, 16) in chip().handles(0x81000000), "the chip does not have the key")
        t.shown(NAMES[7])
        while parts:
            parts.pop(0).close()
        parts.append(Proxy(*settings))
        parts.insert(0, Stack(parts[0].path))
        guest = fapi(work, parts[0])
        guest.do(SIGN % "kept", VERIFY)
        t.shown(NAMES[8])
        guest.do("tss2_delete -p HS/SRK/kept")
        check(int(KEY, 16) not in chip().handles(0x81000000), "the chip still has the key")
        guest.do("tss2_delete -p /")
        t.shown(NAMES[9])
    finally:
        for part in parts:
            part.close()
    shutil.rmtree(work)
    without_range(t, work)
    same("the chip", before, chip().state())
    t.shown(NAMES[11])
