#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Verify that a guest of the vTPM bridge has quoted PCRs with certain values.

usage: verify-quote.py [--tpm12] IDENTITY NONCE AK QUOTE SIGNATURE PCRS

IDENTITY   of the proxy, as "vtpmctl show" prints it; pinned when the guest was set up
NONCE      hexadecimal; chosen at random for this quote
AK         public part of the attestation key (PEM); pinned, too
QUOTE      and SIGNATURE: what "tpm2_quote -l sha256:23" of the guest has written
PCRS       what "tpm2_pcrread" of the guest has printed, of exactly the PCRs in attest=

With --tpm12, QUOTE is a TPM_QUOTE_INFO or TPM_QUOTE_INFO2 of PCR 23, SIGNATURE is what TPM_Quote
or TPM_Quote2 has returned, and PCRS has the lines of these PCRs of /sys/class/tpm/tpm0/pcrs.

Whether the values of the PCRs are good ones is for the caller to say.  tpm2_checkquote checks
the signature, or openssl for a TPM 1.2.  Neither a TPM nor the bridge is needed.
"""
import hashlib
import re
import struct
import subprocess
import sys

ATTEST_PCR = 23                         # the module parameter attest_pcr
BANKS = {20: ("sha1", 0x0004), 32: ("sha256", 0x000b), 48: ("sha384", 0x000c),
         64: ("sha512", 0x000d)}        # by the length of the identity: name, TPM_ALG_ID


def read_pcrs(bank, text):
    """Returns {number: value}, from tpm2_pcrread, or from Linux for a TPM 1.2."""
    section = re.search(rf"^\s*{bank}:\s*$((?:\s*\d+\s*:.*$)+)", text, re.M)
    lines = (re.findall(r"^\s*(\d+)\s*: 0x([0-9A-Fa-f]+)\s*$", section[1], re.M) if section else
             re.findall(r"^PCR-(\d+):((?: [0-9A-F]{2})+)\s*$", text, re.M))
    return {int(n): bytes.fromhex(value) for n, value in lines}


def compute_w(bank, identity, digest):
    """What the PCR reads: reset, extended by the identity, extended by the PCRs' digest."""
    once = hashlib.new(bank, bytes(len(identity)) + identity).digest()
    return hashlib.new(bank, once + digest).digest()


def select(pcrs):
    """The bits of a selection of three bytes."""
    return sum(1 << n for n in pcrs).to_bytes(3, "little")


def parse_quote(quote):
    """Returns what a TPMS_ATTEST says: nonce, TPML_PCR_SELECTION, pcrDigest."""
    magic, kind, signer = struct.unpack_from(">IHH", quote)
    if magic != 0xff544347 or kind != 0x8018:
        raise ValueError("this is no quote")
    at = 8 + signer
    end = at + 2 + struct.unpack_from(">H", quote, at)[0]
    nonce, at = quote[at + 2:end], end + 17 + 8         # clockInfo, firmwareVersion
    selection = quote[at:-2 - hashlib.sha256().digest_size]
    return nonce, selection, quote[at + len(selection) + 2:]


def verify20(paths, identity, nonce, quote, text):
    """Whether a TPM 2.0 has quoted W."""
    key, path, signature = paths
    bank, alg = BANKS[len(identity)]
    subprocess.run(["tpm2_checkquote", "-Q", "-u", key, "-m", path, "-s", signature,
                    "-q", nonce.hex()], check=True)
    pcrs = read_pcrs(bank, text)
    digest = hashlib.new(bank, b"".join(pcrs[n] for n in sorted(pcrs))).digest()
    w = compute_w(bank, identity, digest)
    # The PCR and no other one: some PCRs of the chip may belong to somebody else.
    selection = struct.pack(">IHB", 1, alg, 3) + select([ATTEST_PCR])
    return parse_quote(quote) == (nonce, selection, hashlib.sha256(w).digest())


def hash_composite(pcrs):
    """TPM_COMPOSITE_HASH: it covers the selection, too."""
    values = b"".join(pcrs[n] for n in sorted(pcrs))
    return hashlib.sha1(struct.pack(">H3sI", 3, select(pcrs), len(values)) + values).digest()


def verify12(paths, identity, nonce, quote, text):
    """Whether a TPM 1.2 has quoted W: TPM_QUOTE_INFO, or TPM_QUOTE_INFO2."""
    key, path, signature = paths
    subprocess.run(["openssl", "dgst", "-sha1", "-verify", key, "-signature", signature, path],
                   check=True, stdout=subprocess.DEVNULL)
    w = compute_w("sha1", identity, hash_composite(read_pcrs("sha1", text)))
    digest = hash_composite({ATTEST_PCR: w})
    if quote[:8] == b"\1\1\0\0QUOT":
        return quote[8:] == digest + nonce
    locality = quote[31:32]
    return quote[:52] == (b"\0\x36QUT2" + nonce + b"\0\3" + select([ATTEST_PCR]) + locality +
                          digest)


def main():
    # Not for the guest to say: a key of a TPM 2.0 signs whatever looks like a TPM 1.2's quote.
    tpm12 = sys.argv[1:2] == ["--tpm12"]
    args = sys.argv[2:] if tpm12 else sys.argv[1:]
    if len(args) != 6:
        sys.exit(__doc__)
    identity, nonce = (bytes.fromhex(word) for word in args[:2])
    with open(args[3], "rb") as file, open(args[5], encoding="ascii") as text:
        quote, pcrs = file.read(), text.read()
    verify = verify12 if tpm12 else verify20
    if not verify(args[2:5], identity, nonce, quote, pcrs):
        sys.exit("This quote is not of these PCRs of this guest.")
    print("The guest has these PCRs.")


if __name__ == "__main__":
    main()
