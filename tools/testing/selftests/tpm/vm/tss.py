# SPDX-License-Identifier: GPL-2.0
"""A TPM 1.2 and somebody who knows secrets: sessions, keys, what the owner does, and
transport sessions, by any door.  The HMAC of each response is checked: a success that
is made up is none.
"""
import hashlib
import hmac
import os
import struct

import tpm

SRK, TRANSPORT = 0x40000000, 0x40000003
ET_SRK = 4
RT_KEY, RT_AUTH, RT_TRANS = 1, 2, 4
WELL_KNOWN = b"\0" * 20
SIGN, STORAGE = 0x10, 0x11
ENCRYPT, LOG = 1, 2
PUBLIC_EXPONENT = 65537


def u16(value):
    return struct.pack(">H", value)


def u32(value):
    return struct.pack(">I", value)


def sized(data):
    return u32(len(data)) + data


def sha1(*parts):
    return hashlib.sha1(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha1).digest()


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


def mgf1(seed, size):
    blocks = (sha1(seed, u32(i)) for i in range((size + 19) // 20))
    return b"".join(blocks)[:size]


def encrypt_to(modulus, data):
    """RSA-OAEP with the TCG's label."""
    size = len(modulus)
    seed = os.urandom(20)
    block = sha1(b"TCPA") + b"\0" * (size - 2 * 20 - 2 - len(data)) + b"\1" + data
    block = xor(block, mgf1(seed, len(block)))
    seed = xor(seed, mgf1(block, 20))
    number = pow(int.from_bytes(seed + block, "big"), PUBLIC_EXPONENT,
                 int.from_bytes(modulus, "big"))
    return number.to_bytes(size, "big")


class Session:
    def __init__(self, handle, even, key, encrypts=False):
        self.handle, self.even, self.key, self.encrypts = handle, even, key, encrypts


class Key:
    def __init__(self, blob, handle=None):
        self.blob, self.handle = blob, handle
        at = 4 + 2 + 4 + 1 + 4 + 2 + 2
        for _ in range(2):              # the key's parameters, its PCRInfo
            at += 4 + struct.unpack_from(">I", blob, at)[0]
        size, = struct.unpack_from(">I", blob, at)
        self.modulus = blob[at + 4:at + 4 + size]


class Request:
    """A command that can be sent, or wrapped.  Its sessions go on."""

    def __init__(self, code, handles=b"", params=b"", sessions=(), out_handles=0):
        self.code, self.handles, self.params = code, handles, params
        self.sessions, self.out_handles = sessions, out_handles
        self.digest = sha1(u32(code), params)
        self.odd = os.urandom(20)

    def frame(self, params=None):
        areas = b"".join(u32(s.handle) + self.odd + b"\1" +
                         mac(s.key, self.digest, s.even, self.odd, b"\1") for s in self.sessions)
        return tpm.frame(0xc1 + len(self.sessions), self.code,
                         self.handles + (self.params if params is None else params) + areas)

    def parts(self, response):
        """The handles and the parameters of a response that is no error."""
        end = len(response) - 41 * len(self.sessions)
        return response[10:10 + self.out_handles], response[10 + self.out_handles:end]

    def check(self, response, params, digest=None):
        digest = digest or sha1(u32(0), u32(self.code), params)
        at = len(response) - 41 * len(self.sessions)
        for s in self.sessions:
            area = response[at:at + 41]
            s.even = area[:20]
            if area[21:] != mac(s.key, digest, s.even, self.odd, area[20:21]):
                raise RuntimeError("ordinal 0x%x: a response with a wrong HMAC" % self.code)
            at += 41


class Tss(tpm.Tpm12):
    def request(self, request):
        """The response's handles and parameters; raises if it is an error."""
        response = self.door.send(request.frame())
        rc = tpm.rc_of(response)
        if rc:
            raise tpm.Failed("ordinal 0x%x" % request.code, rc)
        handles, params = request.parts(response)
        request.check(response, params)
        return handles, params

    def result(self, request):
        """What becomes of it: 0, or the return code."""
        try:
            self.request(request)
            return 0
        except tpm.Failed as e:
            return e.rc

    # -- sessions

    def oiap(self, secret=WELL_KNOWN):
        body = self.ask("OIAP", tpm.frame(0xc1, 0x0a))
        return Session(struct.unpack_from(">I", body)[0], body[4:24], secret)

    def osap(self, kind, value, secret=WELL_KNOWN):
        odd = os.urandom(20)
        body = self.ask("OSAP", tpm.frame(0xc1, 0x0b, u16(kind) + u32(value) + odd))
        return Session(struct.unpack_from(">I", body)[0], body[4:24],
                       mac(secret, body[24:44], odd))

    def flush(self, kind, handle):
        return self.rc(tpm.frame(0xc1, 0xba, u32(handle) + u32(kind)))

    def handles(self, kind):
        body = self.capability(0x14, u32(kind))
        return list(struct.unpack_from(">%dI" % struct.unpack_from(">H", body), body, 2))

    # -- keys

    def make_key(self, usage, bits, secret=WELL_KNOWN):
        """Below the SRK, loaded."""
        s = self.osap(ET_SRK, SRK)
        pad = [xor(sha1(s.key, s.even), secret)]
        signs = usage == SIGN
        info = (u32(0x01010000) + u16(usage) + u32(0) + b"\1" +
                struct.pack(">IHH", 1, 1 if signs else 3, 2 if signs else 1) +
                sized(struct.pack(">III", bits, 2, 0)) + sized(b"") * 3)
        create = Request(0x1f, u32(SRK), b"", (s,))
        # The second secret, of migration, goes by the other nonce.
        pad.append(xor(sha1(s.key, create.odd), secret))
        create.params = b"".join(pad) + info
        create.digest = sha1(u32(0x1f), create.params)
        _, blob = self.request(create)
        s = self.oiap()
        handle, _ = self.request(Request(0x41, u32(SRK), blob, (s,), out_handles=4))
        self.flush(RT_AUTH, s.handle)
        return Key(blob, struct.unpack(">I", handle)[0])

    def sign(self, key, secret=WELL_KNOWN):
        s = self.oiap(secret)
        try:
            _, params = self.request(Request(0x3c, u32(key.handle), sized(b"twenty bytes to sign"),
                                             (s,)))
        finally:
            self.flush(RT_AUTH, s.handle)
        size, = struct.unpack_from(">I", params)
        return params[4:4 + size]

    def pcr_info(self, index):
        """What seals to the value that this PCR has."""
        select = bytearray(3)
        select[index // 8] |= 1 << (index % 8)
        select = u16(3) + bytes(select)
        return select + sha1(select, sized(self.pcr(4, index))) + bytes(20)

    def seal(self, data, secret=WELL_KNOWN, info=b""):
        s = self.osap(ET_SRK, SRK)
        pad = xor(sha1(s.key, s.even), secret)
        _, blob = self.request(Request(0x17, u32(SRK), pad + sized(info) +
                                       sized(data), (s,)))
        return blob

    def unseal(self, blob, secret=WELL_KNOWN):
        sessions = (self.oiap(), self.oiap(secret))
        try:
            _, params = self.request(Request(0x18, u32(SRK), blob, sessions))
        finally:
            for s in sessions:
                self.flush(RT_AUTH, s.handle)
        return params[4:]

    # -- the owner

    def as_owner(self, code, params=b""):
        """A command with the owner's secret, to be sent or wrapped."""
        return Request(code, b"", params, (self.oiap(),))

    def srk(self):
        """The SRK's modulus, as the owner reads it."""
        request = self.as_owner(0x81, u32(SRK))
        try:
            _, params = self.request(request)
        finally:
            self.flush(RT_AUTH, request.sessions[0].handle)
        return hashlib.sha256(params).hexdigest()

    def take_ownership(self):
        """With well-known secrets."""
        body = self.ask("ReadPubek", tpm.frame(0xc1, 0x7c, bytes(20)))
        at = 4 + 2 + 2
        at += 4 + struct.unpack_from(">I", body, at)[0]
        size, = struct.unpack_from(">I", body, at)
        modulus = body[at + 4:at + 4 + size]
        srk = (u32(0x01010000) + u16(STORAGE) + u32(0) + b"\1" + struct.pack(">IHH", 1, 3, 1) +
               sized(struct.pack(">III", 2048, 2, 0)) + sized(b"") * 3)
        s = self.oiap()
        try:
            return self.result(Request(0x0d, b"", u16(5) + sized(encrypt_to(modulus, WELL_KNOWN)) +
                                       sized(encrypt_to(modulus, WELL_KNOWN)) + srk, (s,)))
        finally:
            self.flush(RT_AUTH, s.handle)

    # -- transport sessions

    def establish(self, attributes, key=None):
        """Its secret in clear, or encrypted to a storage key."""
        secret = os.urandom(20)
        public = u16(0x1e) + u32(attributes) + u32(7) + u16(1)
        if key:
            told = encrypt_to(key.modulus, u16(0x1d) + secret)
            sessions = (self.oiap(),)
        else:
            told, sessions = secret, ()
        try:
            handle, params = self.request(Request(
                0xe6, u32(key.handle if key else TRANSPORT), public + sized(told), sessions, 4))
        finally:
            for s in sessions:
                self.flush(RT_AUTH, s.handle)
        return Session(struct.unpack(">I", handle)[0], params[-20:], secret,
                       bool(attributes & ENCRYPT))

    def execute(self, trans, inner):
        """Return codes: of ExecuteTransport, and of what is wrapped if that was executed."""
        outer = Request(0xe7, b"", b"", (trans,))

        def crypt(way, even, data):
            return xor(data, mgf1(even + outer.odd + way + trans.key, len(data)))

        params = inner.params
        if trans.encrypts and params:
            params = crypt(b"in", trans.even, params)
        frame = inner.frame(params)
        outer.params = sized(frame)
        outer.digest = sha1(u32(0xe7), u32(len(frame)), inner.digest)
        response = self.door.send(outer.frame())
        if tpm.rc_of(response):
            return tpm.rc_of(response), None
        ticks, wrapped = response[10:22], response[26:-41]
        even, rc = response[-41:-21], tpm.rc_of(wrapped)
        handles, params = inner.parts(wrapped) if not rc else (b"", wrapped[10:])
        if trans.encrypts and params:
            params = crypt(b"out", even, params)
        digest = sha1(u32(rc), u32(inner.code), params)
        outer.check(response, b"", sha1(u32(0), u32(0xe7), ticks, response[22:26], digest))
        if not rc:
            inner.check(wrapped, params)
        return 0, rc
