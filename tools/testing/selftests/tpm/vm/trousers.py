# SPDX-License-Identifier: GPL-2.0
"""What a user does with tpm-tools and an application of TrouSerS; wherever the daemon runs."""

GRANTED = "15"          # a PCR that nothing here extends
MANY = 24               # keys: more than a TPM, or a proxy, has room for


def tell(tcsd):
    tcsd.do("tpm_version | grep -q 1.2", "tpm_selftest")


def tell_owner(tcsd):
    """The status is what the TPM tells its owner alone: GetCapabilityOwner."""
    tcsd.do("tpm_getpubek -z | grep -q Public",
            "tpm_setenable -s -z | grep -q 'Disabled status: false'",
            "tpm_setactive -s -z >status", "! grep true status",
            "tpm_setpresence -s -z | grep -q 'Command Enable: true'")


def seal(tcsd):
    tcsd.do("tpm_sealdata -z -i secret -o sealed")
    unseal(tcsd)


def unseal(tcsd):
    tcsd.do("tpm_unsealdata -z -i sealed | cmp - secret")


def apply(tcsd):
    tcsd.tspi("create", "signer", "sign")
    tcsd.tspi("create", "binder", "bind")
    tcsd.tspi("bind", "binder")


def sign(tcsd):
    tcsd.tspi("sign", "signer", "2")


def quote(tcsd):
    tcsd.tspi("quote", "signer", GRANTED)


def quote_refused(tcsd, pcr):
    """Without @pcr no TPM quotes either: TrouSerS then sends no selection."""
    tcsd.refused("%s quote signer %s" % (tcsd.program, pcr), "0x10:")


def fill(tcsd):
    """More keys than there is room for: the daemon takes one out, and cannot load it again
    without its parent's secret.  So a key that is not in the TPM any more is seen."""
    tcsd.refused("%s fill %d" % (tcsd.program, MANY),
                 "Tspi_Hash_Sign(hash, key, &len, &signature): 0x1:")


def own_refused(tcsd):
    """What the owner's secret permits, to who has not been granted the owner."""
    tcsd.refused("tpm_takeownership -y -z", "Tspi_TPM_TakeOwnership failed")
    tcsd.refused("tpm_setenable -s -z", "Tspi_TPM_GetStatus failed")
    tcsd.refused("tpm_clear -z", "0x00000005")


def owner_refused(tcsd):
    """What would hurt others, by who has been granted the owner, but not that."""
    tcsd.refused("tpm_setenable -d -z", "0x00000008")
    tcsd.refused("tpm_clear -z", "0x00000005")


# As by any TPM whose firmware has locked physical presence.
PRESENCE = (("tpm_setpresence --assert", "0x00000003"), ("tpm_clear -f", "0x0000002d"),
            ("tpm_setenable -e -f", "0x0000002d"), ("tpm_setactive -a", "0x0000002d"),
            ("tpm_setactive -i", "0x0000002d"), ("tpm_setpresence --lock", "0x00000003"))


def presence_refused(tcsd, tools=PRESENCE):
    for tool, why in tools:
        tcsd.refused(tool, why)
