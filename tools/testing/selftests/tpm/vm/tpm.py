# SPDX-License-Identifier: GPL-2.0
"""TPM commands as bytes, the ways to send them, and what a chip's state is made of.

A door is anything with send(bytes) -> bytes: a device node here, the registers of a
guest's TPM (guest.py), a program inside a guest.
"""
import hashlib
import os
import struct
import time

PCRS = range(24)
HASHES = {0x4: "sha1", 0xb: "sha256", 0xc: "sha384", 0xd: "sha512"}
RH_OWNER, RH_NULL, RH_ENDORSEMENT, RH_PLATFORM = 0x40000001, 0x40000007, 0x4000000b, 0x4000000c
RH_LOCKOUT = 0x4000000a
EMPTY_AUTH = struct.pack(">IIHBH", 9, 0x40000009, 0, 0, 0)


class Failed(Exception):
    def __init__(self, what, rc):
        Exception.__init__(self, "%s: rc 0x%x" % (what, rc))
        self.rc = rc


class Node:
    """A device node such as /dev/tpm0; open for one command at a time."""

    def __init__(self, path, patience=10):
        self.path = path
        self.patience = patience

    def send(self, command):
        end = time.monotonic() + self.patience
        while True:
            try:
                fd = os.open(self.path, os.O_RDWR)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        try:
            os.write(fd, command)
            return os.read(fd, 4096)
        finally:
            os.close(fd)


class Opened:
    """A device node that stays open, as QEMU has it."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR)

    def send(self, command):
        os.write(self.fd, command)
        return os.read(self.fd, 4096)

    def rc(self, command):
        return rc_of(self.send(command))

    def close(self):
        os.close(self.fd)


def frame(tag, code, body=b""):
    return struct.pack(">HII", tag, 10 + len(body), code) + body


def password(word):
    """TPM 2.0: the authorisation area of a command with one password."""
    area = struct.pack(">IHBH", 0x40000009, 0, 1, len(word)) + word
    return struct.pack(">I", len(area)) + area


def change_owner(old, new):
    """TPM 2.0: the owner's password is another one."""
    return frame(0x8002, 0x129, struct.pack(">I", RH_OWNER) + password(old) +
                 struct.pack(">H", len(new)) + new)


STARTUP_CLEAR = frame(0x8001, 0x144, b"\0\0")
# An RSA-2048 storage key in the null hierarchy, by a template of its own: it takes long.
SLOW_PRIMARY = frame(0x8002, 0x131, struct.pack(">I", RH_NULL) + EMPTY_AUTH + bytes.fromhex(
    "0004 0000 0000 003a 0001 000b 00030472 0000 0006 0080 0043 0010 0800 00000000 0020" +
    "55" * 32 + "0000 00000000"))


def rc_of(response):
    return struct.unpack(">I", response[6:10])[0] if len(response) >= 10 else -1


def send_all(door, commands):
    if hasattr(door, "send_all"):
        return door.send_all(list(commands))
    return [door.send(command) for command in commands]


class Tpm:
    def __init__(self, door):
        self.door = door

    def rc(self, command):
        return rc_of(self.door.send(command))

    def ask(self, what, command):
        response = self.door.send(command)
        if rc_of(response):
            raise Failed(what, rc_of(response))
        return response[10:]

    def ask_all(self, what, commands):
        """Many at once, for a door where each passage is dear."""
        answers = []
        for response in send_all(self.door, commands):
            if rc_of(response):
                raise Failed(what, rc_of(response))
            answers.append(response[10:])
        return answers


class Tpm20(Tpm):
    family = "2.0"

    def capability(self, cap, prop, count=1):
        body = self.ask("GetCapability 0x%x/0x%x" % (cap, prop),
                        frame(0x8001, 0x17a, struct.pack(">III", cap, prop, count)))
        return body[5:]         # moreData, capability

    def prop(self, number):
        body = self.capability(6, number)
        count, = struct.unpack_from(">I", body)
        if count:
            tag, value = struct.unpack_from(">II", body, 4)
            if tag == number:
                return value
        return None

    def handles(self, first):
        """first: 0x80000000 transient, 0x02000000 loaded, 0x03000000 saved sessions ..."""
        body = self.capability(1, first, 254)
        count, = struct.unpack_from(">I", body)
        found = struct.unpack_from(">%dI" % count, body, 4)
        return [h for h in found if h >> 24 == first >> 24]

    def banks(self):
        """The algorithms of the allocated banks."""
        body = self.capability(5, 0)
        count, = struct.unpack_from(">I", body)
        at, banks = 4, []
        for _ in range(count):
            alg, size = struct.unpack_from(">HB", body, at)
            if any(body[at + 3:at + 3 + size]):
                banks.append(alg)
            at += 3 + size
        return banks

    def pcrs(self, alg=0xb, which=PCRS):
        def command(index):
            select = bytearray(3)
            select[index // 8] |= 1 << (index % 8)
            return frame(0x8001, 0x17e, struct.pack(">IHB", 1, alg, 3) + select)
        which = list(which)
        pcrs = {}
        for index, body in zip(which, self.ask_all("PCR_Read", map(command, which))):
            size, = struct.unpack_from(">H", body, 18) if len(body) > 18 else (0,)
            pcrs[index] = body[20:20 + size]
        return pcrs

    def pcr(self, alg, index):
        return self.pcrs(alg, [index])[index]

    def extend(self, index, data, alg=0xb):
        digest = hashlib.new(HASHES[alg], data).digest()
        self.ask("PCR_Extend", frame(0x8002, 0x182, struct.pack(">I", index) + EMPTY_AUTH +
                                     struct.pack(">IH", 1, alg) + digest))

    def create_primary(self, hierarchy):
        """An ECC storage key from the hierarchy's seed, of which its Name is told."""
        sensitive = struct.pack(">HHH", 4, 0, 0)
        public = struct.pack(">HHIH", 0x23, 0xb, 0x00030072, 0)
        public += struct.pack(">HHHHHH", 6, 128, 0x43, 0x10, 3, 0x10) + struct.pack(">HH", 0, 0)
        body = self.ask("CreatePrimary", frame(
            0x8002, 0x131, struct.pack(">I", hierarchy) + EMPTY_AUTH + sensitive +
            struct.pack(">H", len(public)) + public + struct.pack(">HI", 0, 0)))
        handle, _, size = struct.unpack_from(">IIH", body)
        return handle, body[10:10 + size]

    def flush(self, handle):
        self.ask("FlushContext", frame(0x8001, 0x165, struct.pack(">I", handle)))

    def identity(self, hierarchy):
        """The public part of a hierarchy's primary: changes when its seed does."""
        handle, public = self.create_primary(hierarchy)
        self.flush(handle)
        return hashlib.sha256(public).hexdigest()

    def resident(self):
        return {"transient": self.handles(0x80000000), "loaded": self.handles(0x02000000),
                "saved": self.handles(0x03000000)}

    def state(self, pcrs=PCRS):
        """What no guest may change, in words that can be compared and printed."""
        state = {"permanent flags": self.prop(0x200), "startup flags": self.prop(0x201),
                 "lockout counter": self.prop(0x20e), "max auth fail": self.prop(0x20f),
                 "lockout interval": self.prop(0x210), "lockout recovery": self.prop(0x211),
                 "persistent": self.handles(0x81000000), "nv": self.handles(0x01000000),
                 "banks": self.banks()}
        for name, hierarchy in (("owner", RH_OWNER), ("endorsement", RH_ENDORSEMENT),
                                ("platform", RH_PLATFORM), ("null", RH_NULL)):
            try:
                state[name] = self.identity(hierarchy)
            except Failed as e:
                state[name] = "refused 0x%x" % e.rc
        for alg in self.banks():
            for index, value in self.pcrs(alg, pcrs).items():
                state["%s:%d" % (HASHES.get(alg, alg), index)] = value.hex()
        return state


class Tpm12(Tpm):
    family = "1.2"
    PERMANENT = ("disable ownership deactivated readPubek disableOwnerClear allowMaintenance "
                 "physicalPresenceLifetimeLock physicalPresenceHWEnable physicalPresenceCMDEnable "
                 "CEKPUsed TPMpost TPMpostLock FIPS operator enableRevokeEK nvLocked readSRKPub "
                 "tpmEstablished maintenanceDone disableFullDALogicInfo").split()
    STCLEAR = "deactivated disableForceClear physicalPresence physicalPresenceLock bGlobalLock".split()

    def capability(self, area, sub=b""):
        body = self.ask("GetCapability 0x%x" % area, frame(
            0xc1, 0x65, struct.pack(">II", area, len(sub)) + sub))
        return body[4:]

    def prop(self, number):
        return self.capability(5, struct.pack(">I", number))

    def flags(self):
        """Permanent and STCLEAR flags by name."""
        permanent = self.capability(4, struct.pack(">I", 0x108))[2:]
        stclear = self.capability(4, struct.pack(">I", 0x109))[2:]
        flags = {name: permanent[i] for i, name in enumerate(self.PERMANENT) if i < len(permanent)}
        flags.update({"stclear." + name: stclear[i]
                      for i, name in enumerate(self.STCLEAR) if i < len(stclear)})
        return flags

    def owned(self):
        return self.prop(0x111)[0]

    def pcrs(self, alg=4, which=PCRS):
        which = list(which)
        return dict(zip(which, self.ask_all("PcrRead", (frame(0xc1, 0x15, struct.pack(">I", i))
                                                       for i in which))))

    def pcr(self, alg, index):
        return self.pcrs(alg, [index])[index]

    def extend(self, index, data, alg=4):
        self.ask("Extend", frame(0xc1, 0x14, struct.pack(">I", index) + hashlib.sha1(data).digest()))

    def banks(self):
        return [4]

    def resident(self):
        return {"keys": self.capability(7).hex(), "sessions":
                self.capability(0x14, struct.pack(">I", 2)).hex(),
                "transports": self.capability(0x14, struct.pack(">I", 4)).hex()}

    def state(self, pcrs=PCRS):
        state = {"owned": self.owned(), "nv": self.capability(0xd).hex(),
                 "counters": self.prop(0x10c).hex()}
        state.update(self.flags())
        try:
            for index, value in self.pcrs(4, pcrs).items():
                state["sha1:%d" % index] = value.hex()
        except Failed as e:             # by a disabled TPM
            state["sha1"] = "refused 0x%x" % e.rc
        response = self.door.send(frame(0xc1, 0x7c, b"\0" * 20))
        state["endorsement key"] = (hashlib.sha256(response[10:-20]).hexdigest()
                                    if not rc_of(response) else "refused 0x%x" % rc_of(response))
        return state


def tpm(family, door):
    return {"2.0": Tpm20, "1.2": Tpm12}[family](door)


def differences(before, after):
    return ["%s: %s -> %s" % (k, before.get(k), after.get(k))
            for k in sorted(set(before) | set(after)) if before.get(k) != after.get(k)]


# ---- event logs -------------------------------------------------------------

SEPARATOR, NO_ACTION = 4, 3


class EventLog:
    """A firmware's event log, either format; stops at the first entry that is none."""

    def __init__(self, data):
        self.events = []        # (pcr, type, {alg: digest}, data)
        self.data = data
        try:
            self._parse()
        except struct.error:
            pass

    def _parse(self):
        data, at = self.data, 0
        pcr, kind = struct.unpack_from("<II", data, 0)
        size, = struct.unpack_from("<I", data, 28)
        event = data[32:32 + size]
        if kind == NO_ACTION and event.startswith(b"Spec ID Event03\0"):
            count, = struct.unpack_from("<I", event, 24)
            sizes = dict(struct.unpack_from("<HH", event, 28 + 4 * i) for i in range(count))
            at = 32 + size
            while True:
                start = at
                pcr, kind, count = struct.unpack_from("<III", data, at)
                at += 12
                if pcr > 23 or not 0 < count <= 8 or kind == 0xffffffff:
                    break
                digests = {}
                for _ in range(count):
                    alg, = struct.unpack_from("<H", data, at)
                    if alg not in sizes:
                        self.length = start
                        return
                    digests[alg] = data[at + 2:at + 2 + sizes[alg]]
                    at += 2 + sizes[alg]
                size, = struct.unpack_from("<I", data, at)
                if at + 4 + size > len(data):
                    break
                self.events.append((pcr, kind, digests, data[at + 4:at + 4 + size]))
                at += 4 + size
            return
        while True:
            pcr, kind = struct.unpack_from("<II", data, at)
            size, = struct.unpack_from("<I", data, at + 28)
            digest = data[at + 8:at + 28]
            if pcr > 23 or kind in (0, 0xffffffff) and not any(digest) or at + 32 + size > len(data):
                # A separator's type is 4, nothing else of interest is 0 with no digest.
                return
            self.events.append((pcr, kind, {4: digest}, data[at + 32:at + 32 + size]))
            at += 32 + size

    def replay(self, alg):
        """The PCRs that this log says a machine must have."""
        name = HASHES[alg]
        size = hashlib.new(name).digest_size
        pcrs = {i: b"\0" * size for i in range(16)}
        for pcr, kind, digests, event in self.events:
            if kind == NO_ACTION:
                if event.startswith(b"StartupLocality\0") and len(event) > 16:
                    pcrs[0] = b"\0" * (size - 1) + event[16:17]
                continue
            if alg in digests and pcr in pcrs:
                pcrs[pcr] = hashlib.new(name, pcrs[pcr] + digests[alg]).digest()
        return pcrs

    def separators(self):
        return {pcr for pcr, kind, _, _ in self.events if kind == SEPARATOR}


def logs_in_memory(memory):
    """Event logs in a dump of a guest's memory, longest first."""
    logs = []
    at = 0
    while True:
        at = memory.find(b"Spec ID Event03\0", at)
        if at < 0:
            break
        logs.append(EventLog(memory[at - 32:at - 32 + 0x40000]))
        at += 1
    for table in acpi_tables(memory, b"TCPA"):
        if len(table) >= 50:
            length, address = struct.unpack_from("<IQ", table, 38)
            if 0 < address < len(memory) and length:
                logs.append(EventLog(memory[address:address + length]))
    return sorted((log for log in logs if log.events), key=lambda log: -len(log.events))


def acpi_tables(memory, signature):
    at = 0
    while True:
        at = memory.find(signature, at)
        if at < 0:
            return
        length, = struct.unpack_from("<I", memory, at + 4)
        table = memory[at:at + length]
        if 36 <= length < 4096 and sum(table) % 256 == 0:
            yield table
        at += 1
