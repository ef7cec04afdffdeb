# SPDX-License-Identifier: GPL-2.0
"""Attestation of a guest's PCRs: the commands of the document, and what a verifier refuses."""
import hashlib
import os
import re
import shutil
import subprocess
import textwrap

import lab
from flows import Shell, Tools
from guest import Proxy
from stack import Stack
from tap import MODULE, check

DOCUMENTS = os.path.join(lab.REPO, "Documentation/security/tpm")
HEADING = "Attestation of a guest's PCRs"
PROGRAMS = (os.path.join(DOCUMENTS, "verify-quote.py"),
            os.path.join(lab.REPO, "tools/vtpmctl/vtpmctl"))
NONCE, OTHER_NONCE = "0badc0de", "5eed"
MEASURE = "tpm2_pcrextend 11:sha256=" + hashlib.sha256(b"measured").hexdigest()
NOT_OF_THESE = "This quote is not of these PCRs of this guest."

NAMES = ("quote_verifies_by_the_commands_of_the_document", "vtpmctl_computes_what_the_guest_reads",
         "quote_with_another_nonce_is_refused", "quote_after_one_more_extend_is_refused",
         "quote_of_another_guest_with_the_key_is_refused",
         "quote_of_a_granted_pcr_with_the_same_value_is_refused",
         "attested_pcr_is_for_nothing_but_quotes", "host_finds_the_pcr_reset")


PARAMETERS = ("one_pcr_for_policies_and_quotes_is_refused", "registers_may_change_round")


class Verifier(Shell):
    """Somebody who may use no TPM, with copies of the programs in a directory of his own."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory)
        for program in PROGRAMS:
            shutil.copy(program, directory)
            os.chmod(os.path.join(directory, os.path.basename(program)), 0o755)
        self.env = dict(os.environ, PATH=directory + ":/usr/bin:/bin", TPM2TOOLS_TCTI="none")

    def take(self, guest, *names):
        for name in names:
            path = os.path.join(self.directory, name)
            with open(path, "wb") as f:
                f.write(guest.file(name))
            os.chmod(path, 0o644)

    def run(self, line):
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh",
                               "-c", line], cwd=self.directory, env=self.env, timeout=lab.HANG,
                              capture_output=True, text=True)
        return done.returncode, (done.stdout + done.stderr).strip()


def commands():
    """The four blocks: of the host, of the guest once, of the guest each time, of the verifier."""
    with open(os.path.join(DOCUMENTS, "vtpm_bridge.rst"), encoding="utf-8") as f:
        section = f.read().split("\n%s\n%s\n" % (HEADING, "-" * len(HEADING)))[1]
    section = re.split(r"\n[^\n]+\n-{8,}\n", section)[0]
    blocks = ["set -e\n" + textwrap.dedent(block)
              for block in re.findall(r"::\n\n((?:    .*\n)+)", section)]
    check(len(blocks) == 4, "there are %d blocks of commands" % len(blocks))
    return blocks


def answer(guest, quote, nonce):
    guest.do(quote.replace("NONCE", nonce))


def scenario(t, work):
    of_host, make_key, quote, verify = commands()
    nodes = [Proxy("attest=0-7,11", "power=on"), Proxy("attest=0-7,11", "power=on", "real-pcrs=14")]
    stacks = [Stack(node.path) for node in nodes]
    host = Tools(os.path.join(work, "host"), "device:/dev/tpmrm0")
    guest, other = (Tools(os.path.join(work, name), "device:" + stack.space)
                    for name, stack in zip(("guest", "other"), stacks))
    verifier = Verifier(os.path.join(work, "verifier"))
    try:
        host.env["PATH"] = os.path.dirname(PROGRAMS[1]) + ":" + host.env["PATH"]
        host.do(of_host.replace("vtpm0", nodes[0].name))
        identity = host.file("identity").decode().strip()
        check(re.fullmatch("[0-9a-f]{64}", identity), "the identity is '%s'" % identity)
        guest.put("password", b"of the key")
        guest.do(MEASURE, make_key)
        answer(guest, quote, NONCE)
        verifier.take(guest, "ak.pem", "quote", "signature", "pcrs")
        verify = verify.replace("IDENTITY", identity)
        verifier.do(verify.replace("NONCE", NONCE))
        t.shown(NAMES[0])

        guest.do("tpm2_pcrread -Q -o pcr sha256:23")
        verifier.do('test "$(vtpmctl attest W %s pcrs)" = %s' % (identity, guest.file("pcr").hex()))
        t.shown(NAMES[1])

        verifier.refused(verify.replace("NONCE", OTHER_NONCE), "tpm2_checkquote")
        t.shown(NAMES[2])

        guest.do(MEASURE, "cp pcrs before")
        answer(guest, quote, OTHER_NONCE)
        verifier.take(guest, "quote", "signature")
        verifier.refused(verify.replace("NONCE", OTHER_NONCE), NOT_OF_THESE)
        verifier.take(guest, "pcrs")
        verifier.do(verify.replace("NONCE", OTHER_NONCE))
        t.shown(NAMES[3])

        for name in ("password", "ak.pub", "ak.priv"):
            other.put(name, guest.file(name))
        other.do(MEASURE, MEASURE, "tpm2_createprimary -Q -C o -G ecc -c primary.ctx",
                 "tpm2_load -Q -C primary.ctx -u ak.pub -r ak.priv -c ak.ctx")
        answer(other, quote, NONCE)
        check(other.file("pcrs") == guest.file("pcrs"), "the guests' PCRs differ")
        verifier.take(other, "quote", "signature", "pcrs")
        verifier.refused(verify.replace("NONCE", NONCE), NOT_OF_THESE)
        t.shown(NAMES[4])

        values = re.findall(r"0x([0-9A-F]{64})", guest.file("pcrs").decode())
        digest = hashlib.sha256(bytes.fromhex("".join(values))).hexdigest()
        other.do("tpm2_pcrextend 14:sha256=%s" % identity, "tpm2_pcrextend 14:sha256=%s" % digest,
                 quote.replace("NONCE", NONCE).replace("sha256:23", "sha256:14"))
        verifier.take(other, "quote", "signature")
        verifier.refused(verify.replace("NONCE", NONCE), NOT_OF_THESE)
        # What the document warns of.
        guest.do("tpm2_pcrread -Q -o w sha256:23")
        verifier.take(guest, "w")
        verifier.do("tpm2_checkquote -Q -u ak.pem -m quote -s signature -q %s -f w -l sha256:23" % NONCE)
        t.shown(NAMES[5])

        guest.do("tpm2_startauthsession -Q --policy-session -S s.ctx")
        guest.refused("tpm2_policypcr -Q -S s.ctx -l sha256:23", "0x143")
        guest.do("tpm2_flushcontext s.ctx")
        guest.refused(MEASURE.replace("11:", "23:"), "0x907")
        guest.refused("tpm2_pcrreset 23", "0x907")
        guest.refused("tpm2_quote -Q -c ak.ctx -p file:password -l sha256:11,23 -m q -s s", "0x143")
        t.shown(NAMES[6])

        answer(guest, quote, NONCE)
        host.do("tpm2_pcrread -Q -o pcr sha256:23")
        check(host.file("pcr") == bytes(32), "PCR 23 of the host is %s" % host.file("pcr").hex())
        t.shown(NAMES[7])
    finally:
        for part in stacks + nodes:
            part.close()


def identity_of(node):
    return re.findall("^  identity: ([0-9a-f]+)$", node.ctl("show").stdout, re.M)


def reload(*parameters):
    """Errno's name in words, or nothing."""
    subprocess.run(["rmmod", "vtpm_bridge"], timeout=lab.HANG, stderr=subprocess.DEVNULL)
    done = subprocess.run(["insmod", MODULE] + list(parameters), capture_output=True, text=True,
                          timeout=lab.HANG)
    return done.stderr


def parameters(t):
    """Of the module, which is loaded without any at the end."""
    try:
        for wrong in (("policy_pcr=23",), ("attest_pcr=16",), ("attest_pcr=23", "policy_pcr=23")):
            said = reload(*wrong)
            check("Invalid parameters" in said, "%s: %s" % (wrong, said))
        for wrong in ("attest_pcr=22", "policy_pcr=1"):
            said = reload(wrong)
            check("range" in said.lower() or "Invalid" in said, "%s: '%s'" % (wrong, said))
        t.shown(PARAMETERS[0])

        for right, has in ((("policy_pcr=23", "attest_pcr=16"), True), (("attest_pcr=0",), False),
                           (("policy_pcr=0", "attest_pcr=0"), False)):
            said = reload(*right)
            check(not said, "%s: %s" % (right, said))
            node = Proxy()
            try:
                check(len(identity_of(node)) == has, "identity: %s" % identity_of(node))
                check(node.ctl("set", "attest=0").returncode == (not has), "attest=0 with %s" % (right,))
            finally:
                node.close()
        t.shown(PARAMETERS[1])
    finally:
        check(not reload(), "the module cannot be loaded")
