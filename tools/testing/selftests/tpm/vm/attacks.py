# SPDX-License-Identifier: GPL-2.0
"""Every way in which a guest can try to disable, clear or change a TPM for good."""
import struct

from tpm import (EMPTY_AUTH, RH_ENDORSEMENT, RH_LOCKOUT, RH_OWNER, RH_PLATFORM, frame, rc_of,
                 send_all)

PLATFORM_NV = 0x4000000d


def authorised(code, handle, body=b""):
    return frame(0x8002, code, struct.pack(">I", handle) + EMPTY_AUTH + body)


def sized(data):
    return struct.pack(">H", len(data)) + data


def commands_20():
    hierarchies = (("platform", RH_PLATFORM), ("endorsement", RH_ENDORSEMENT), ("owner", RH_OWNER),
                   ("lockout", RH_LOCKOUT))
    select = struct.pack(">IHB", 1, 0xb, 3) + b"\0\0\0"
    yield "Startup(CLEAR)", frame(0x8001, 0x144, b"\0\0")
    yield "Startup(STATE)", frame(0x8001, 0x144, b"\0\1")
    for who, auth in hierarchies:
        yield "ClearControl(%s)" % who, authorised(0x127, auth, b"\0")
        yield "Clear(%s)" % who, authorised(0x126, auth)
    for who, auth in hierarchies:
        yield "ChangePPS(%s)" % who, authorised(0x125, auth)
        yield "ChangeEPS(%s)" % who, authorised(0x124, auth)
        yield "PCR_Allocate(%s)" % who, authorised(0x12b, auth, select)
        yield "SetPrimaryPolicy(%s)" % who, authorised(0x12e, auth, sized(b"\x11" * 32) + b"\0\x0b")
        yield "PP_Commands(%s)" % who, authorised(0x12d, auth, struct.pack(">III", 1, 0x126, 0))
        yield "SetAlgorithmSet(%s)" % who, authorised(0x13f, auth, b"\0\0\0\1")
        yield "ClockSet(%s)" % who, authorised(0x128, auth, b"\0\0\0\xff\0\0\0\0")
        yield "ClockRateAdjust(%s)" % who, authorised(0x130, auth, b"\xfd")
        yield "NV_DefineSpace(%s)" % who, authorised(
            0x12a, auth, sized(b"") + sized(struct.pack(">IHIHH", 0x01400001, 0xb, 0x00020002, 0, 8)))
        yield "NV_UndefineSpace(%s)" % who, authorised(0x122, auth, struct.pack(">I", 0x01c00002))
        yield "NV_GlobalWriteLock(%s)" % who, authorised(0x132, auth)
        yield "SetCommandCodeAuditStatus(%s)" % who, authorised(
            0x140, auth, b"\0\x0b" + struct.pack(">II", 0, 0))
        yield "DictionaryAttackParameters(%s)" % who, authorised(
            0x13a, auth, struct.pack(">III", 1, 100000, 100000))
        yield "DictionaryAttackLockReset(%s)" % who, authorised(0x139, auth)
        yield "EvictControl(%s)" % who, authorised(0x120, auth, struct.pack(">II", 0x81000001, 0x81000001))
        yield "PCR_SetAuthPolicy(%s)" % who, authorised(
            0x12c, auth, sized(b"\x11" * 32) + struct.pack(">HI", 0xb, 16))
        yield "FieldUpgradeStart(%s)" % who, authorised(0x12f, auth)
        yield "ACT_SetTimeout(%s)" % who, authorised(0x198, auth, b"\0\0\0\1")
        yield "HierarchyChangeAuth(%s, empty)" % who, authorised(0x129, auth, sized(b""))
    for index in range(24):
        digests = struct.pack(">IH", 1, 0xb) + b"\x5a" * 32
        yield "PCR_Extend(%d)" % index, authorised(0x182, index, digests)
        yield "PCR_Event(%d)" % index, authorised(0x13c, index, sized(b"attack"))
        yield "PCR_Reset(%d)" % index, authorised(0x13d, index)
    for who, auth in hierarchies:
        yield "HierarchyChangeAuth(%s, changed)" % who, authorised(0x129, auth, sized(b"attack"))
    # By whom it may be: owner and endorsement each its own, then the platform all of them.
    for who, auth in reversed(hierarchies):
        for what, enable in (("endorsement", RH_ENDORSEMENT), ("owner", RH_OWNER),
                             ("platform NV", PLATFORM_NV), ("platform", RH_PLATFORM)):
            for password in (b"", b"attack"):
                area = struct.pack(">IIHBH", 9 + len(password), 0x40000009, 0, 0, len(password))
                yield "HierarchyControl(%s, %s off, %s)" % (who, what, "empty" if not password else
                                                           "changed auth"), frame(
                    0x8002, 0x121, struct.pack(">I", auth) + area + password +
                    struct.pack(">IB", enable, 0))
    yield "Shutdown(STATE)", frame(0x8001, 0x145, b"\0\1")
    yield "Shutdown(CLEAR)", frame(0x8001, 0x145, b"\0\0")


def commands_12():
    def c1(code, body=b""):
        return frame(0xc1, code, body)

    def owner(code, body=b""):
        return frame(0xc2, code, body + struct.pack(">I", 1) + b"\0" * 20 + b"\0" + b"\0" * 20)

    yield "Startup(CLEAR)", c1(0x99, b"\0\1")
    yield "Startup(STATE)", c1(0x99, b"\0\2")
    yield "Startup(DEACTIVATED)", c1(0x99, b"\0\3")
    yield "PhysicalPresence(CMD_ENABLE)", c1(0x4000000a, b"\0\x20")
    yield "PhysicalPresence(PRESENT)", c1(0x4000000a, b"\0\x08")
    yield "SetOwnerInstall(no)", c1(0x71, b"\0")
    yield "SetOwnerInstall(yes)", c1(0x71, b"\1")
    yield "SetOperatorAuth", c1(0x74, b"\0" * 20)
    yield "ForceClear", c1(0x5d)
    yield "PhysicalEnable", c1(0x6f)
    yield "PhysicalSetDeactivated(no)", c1(0x72, b"\0")
    for name, code in (("OwnerClear", 0x5b), ("DisableOwnerClear", 0x5c), ("KillMaintenance", 0x2e),
                       ("RevokeTrust", 0x80), ("OwnerReadInternalPub", 0x81), ("Reset", 0x5a),
                       ("ResetLockValue", 0x40), ("FlushSpecific(owner)", 0xba),
                       ("FieldUpgrade", 0xaa), ("Init", 0x97), ("CreateEndorsementKeyPair", 0x78),
                       ("CreateRevocableEK", 0x7f), ("DisablePubekRead", 0x7e),
                       ("SetOrdinalAuditStatus", 0x8d), ("SetRedirection", 0x9a),
                       ("LoadMaintenanceArchive", 0x2d), ("LoadManuMaintPub", 0x2f),
                       ("CertifySelfTest", 0x52), ("TakeOwnership", 0x0d), ("ChangeAuthOwner", 0x10),
                       ("GetAuditDigestSigned", 0x86), ("KeyControlOwner", 0x23),
                       ("Delegate_Manage", 0xd2), ("SetOwnerPointer", 0x75), ("NV_WriteValue", 0xcd),
                       ("ReleaseCounterOwner", 0xe0), ("EvictKey", 0x22), ("Terminate_Handle", 0x96)):
        yield name, c1(code, b"\0" * 20)
        yield name + " as owner", owner(code, b"\0" * 20)
    yield "OwnerSetDisable", owner(0x6e, b"\1")
    # area, sub capability, value
    for area in (1, 2, 3, 4):
        for sub in range(1, 22):
            for value in (0, 1):
                body = struct.pack(">III", area, 4, sub) + struct.pack(">IB", 1, value)
                yield "SetCapability(%d, %d, %d)" % (area, sub, value), c1(0x3f, body)
                if area == 1:
                    yield "SetCapability(%d, %d, %d) as owner" % (area, sub, value), owner(0x3f, body)
    nv = struct.pack(">HI", 0x18, 0xffffffff)
    pcr_info = (b"\0\3\0\0\0\x1f" + b"\0" * 20)
    yield "NV_DefineSpace(nvLocked)", c1(0xcc, nv + pcr_info * 2 + struct.pack(">HI", 0x17, 1) +
                                        b"\0\0\0" + struct.pack(">I", 0) + b"\0" * 20)
    for index in range(24):
        yield "Extend(%d)" % index, c1(0x14, struct.pack(">I", index) + b"\x5a" * 20)
    yield "PCR_Reset(all)", c1(0xc8, b"\0\3\xff\xff\xff")
    yield "TSC_ResetEstablishmentBit", c1(0x4000000b)
    # SetCapability can disable it too; it is to be seen what each of the others does.
    yield "PhysicalEnable again", c1(0x6f)
    yield "PhysicalSetDeactivated(no) again", c1(0x72, b"\0")
    yield "DisableForceClear", c1(0x5e)
    yield "SetTempDeactivated", c1(0x73)
    yield "PhysicalSetDeactivated(yes)", c1(0x72, b"\1")
    yield "PhysicalDisable", c1(0x70)
    yield "PhysicalPresence(LOCK)", c1(0x4000000a, b"\0\x14")
    yield "SaveState", c1(0x98)


# What a TPM that obeys nobody else must have granted to firmware with physical presence.
MUST_SUCCEED = {
    "2.0": ["Clear(platform)", "HierarchyControl(platform, platform off, changed auth)"],
    "1.2": ["PhysicalPresence(PRESENT)", "ForceClear", "PhysicalSetDeactivated(yes)",
            "PhysicalDisable"],
}


def commands(family):
    return {"2.0": commands_20, "1.2": commands_12}[family]()


def run(door, family):
    """Sends them all: what each answered."""
    names, sent = zip(*commands(family))
    return list(zip(names, map(rc_of, send_all(door, sent))))
