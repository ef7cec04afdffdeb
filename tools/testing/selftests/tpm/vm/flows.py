# SPDX-License-Identifier: GPL-2.0
"""What a user does with tpm2-tools, clevis and OpenSSL; wherever the tools run."""
import base64
import hashlib
import os
import subprocess

import lab
from tap import check


class Shell:
    """A place where tools can be run."""

    def run(self, line):
        """Status of a shell's line, and what it said."""
        raise NotImplementedError

    def do(self, *lines):
        for line in lines:
            status, said = self.run(line)
            check(not status, "%s: status %d, %s" % (line, status, said[-1000:]))

    def refused(self, line, why):
        status, said = self.run(line)
        check(status and why in said, "%s: status %d, %s" % (line, status, said[-300:]))


class Tools(Shell):
    """tpm2-tools in a directory of their own, on this machine."""

    def __init__(self, directory, tcti):
        self.directory = directory
        os.makedirs(self.directory, exist_ok=True)
        self.env = dict(os.environ, TPM2TOOLS_TCTI=tcti)

    def run(self, line):
        # Each tool is a process that an emulated machine takes a while to load.
        done = subprocess.run(["sh", "-c", line], cwd=self.directory, env=self.env,
                              capture_output=True, timeout=lab.HANG)
        return done.returncode, done.stderr.decode(errors="replace").strip()

    def file(self, name):
        with open(os.path.join(self.directory, name), "rb") as f:
            return f.read()

    def put(self, name, data):
        path = os.path.join(self.directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
            f.write(data)


class GuestTools(Shell):
    """The same inside a Linux guest, on its kernel's own /dev/tpmrm0."""
    directory = "/tmp/tools"
    environment = "TPM2TOOLS_TCTI=device:/dev/tpmrm0"

    def __init__(self, guest):
        self.guest = guest
        # IMA would measure each file that root reads, but for those in a tmpfs, and that
        # changes a PCR between a policy and its use.
        guest.sh("mkdir -p %s; mount -t tmpfs tools %s" % (self.directory, self.directory))

    def run(self, line):
        # Each line gets a shell of its own.
        status, said = self.guest.try_sh("cd %s; export %s; %s" % (
            self.directory, self.environment, line), 300)
        return status, said.strip()

    def file(self, name):
        return self.guest.read(os.path.join(self.directory, name))

    def put(self, name, data):
        self.guest.sh("echo %s | base64 -d >%s" % (base64.b64encode(data).decode(),
                                                   os.path.join(self.directory, name)))


def primary(tools):
    tools.put("data", b"what is signed")
    tools.put("secret", b"what is sealed")
    tools.do("tpm2_createprimary -Q -C o -G ecc -c primary.ctx")


def sign_and_verify(tools):
    tools.do("tpm2_create -Q -C primary.ctx -G ecc -u key.pub -r key.priv -p word",
             "tpm2_load -Q -C primary.ctx -u key.pub -r key.priv -c key.ctx",
             "tpm2_sign -Q -c key.ctx -p word -g sha256 -o signature data",
             "tpm2_verifysignature -Q -c key.ctx -g sha256 -m data -s signature",
             "tpm2_readpublic -Q -c key.ctx -f pem -o key.pem",
             "tpm2_sign -Q -c key.ctx -p word -g sha256 -f plain -o plain data",
             "openssl dgst -sha256 -verify key.pem -signature plain data")


def sign(tools):
    sign_and_verify(tools)
    tools.do("tpm2_changeauth -Q -C primary.ctx -c key.ctx -p word -r new.priv other",
             "tpm2_load -Q -C primary.ctx -u key.pub -r new.priv -c key.ctx",
             "tpm2_sign -Q -c key.ctx -p other -g sha256 -o signature data")
    tools.refused("tpm2_sign -Q -c key.ctx -p word -g sha256 -o signature data", "0x98E")


def seal(tools):
    tools.do("tpm2_create -Q -C primary.ctx -i secret -p word -u sealed.pub -r sealed.priv",
             "tpm2_load -Q -C primary.ctx -u sealed.pub -r sealed.priv -c sealed.ctx",
             "tpm2_unseal -c sealed.ctx -p word | cmp - secret")


def hmac_session(tools):
    """Salted, bound and encrypting sessions with an object: the chip judges them."""
    tools.do("tpm2_startauthsession -Q --hmac-session -S s.ctx",
             "tpm2_unseal -c sealed.ctx -p session:s.ctx+word | cmp - secret",
             "tpm2_flushcontext s.ctx",
             "tpm2_startauthsession -Q --hmac-session -c primary.ctx -S s.ctx",
             "tpm2_sessionconfig s.ctx --enable-decrypt --enable-encrypt",
             "tpm2_unseal -c sealed.ctx -p session:s.ctx+word | cmp - secret",
             "tpm2_flushcontext s.ctx")


def policies(tools, names=None):
    trial = "tpm2_startauthsession -Q -S s.ctx"
    real = "tpm2_startauthsession -Q --policy-session -S s.ctx"
    steps = {
        "password": ("tpm2_policypassword -Q -S s.ctx -L policy", "+word"),
        "command": ("tpm2_policycommandcode -Q -S s.ctx -L policy TPM2_CC_Unseal", ""),
        "secret": ("tpm2_policysecret -Q -S s.ctx -c o -L policy", ""),
        "locality": ("tpm2_policylocality -Q -S s.ctx -L policy zero", ""),
        "pcr": ("tpm2_policypcr -Q -S s.ctx -l sha256:7,11 -L policy", ""),
        "both": ("tpm2_policypcr -Q -S s.ctx -l sha256:7 -L policy; "
                 "tpm2_policyauthvalue -Q -S s.ctx -L policy", "+word"),
    }
    for name in names or steps:
        step, word = steps[name]
        tools.do(trial, step, "tpm2_flushcontext s.ctx",
                 "tpm2_create -Q -C primary.ctx -i secret -L policy %s -u %s.pub -r %s.priv"
                 % ("-p word" if word else "", name, name),
                 "tpm2_load -Q -C primary.ctx -u %s.pub -r %s.priv -c %s.ctx" % (name, name, name),
                 real, step, "tpm2_unseal -c %s.ctx -p session:s.ctx%s | cmp - secret" % (name, word),
                 "tpm2_flushcontext s.ctx")


def or_policy(tools):
    tools.do("tpm2_startauthsession -Q -S s.ctx",
             "tpm2_policypcr -Q -S s.ctx -l sha256:7 -L pcr.policy", "tpm2_flushcontext s.ctx",
             "tpm2_startauthsession -Q -S s.ctx",
             "tpm2_policycommandcode -Q -S s.ctx -L command.policy TPM2_CC_Unseal",
             "tpm2_policyor -Q -S s.ctx -L or.policy sha256:pcr.policy,command.policy",
             "tpm2_flushcontext s.ctx",
             "tpm2_create -Q -C primary.ctx -i secret -L or.policy -u or.pub -r or.priv",
             "tpm2_load -Q -C primary.ctx -u or.pub -r or.priv -c or.ctx",
             "tpm2_startauthsession -Q --policy-session -S s.ctx",
             "tpm2_policypcr -Q -S s.ctx -l sha256:7",
             "tpm2_policyor -Q -S s.ctx sha256:pcr.policy,command.policy",
             "tpm2_unseal -c or.ctx -p session:s.ctx | cmp - secret", "tpm2_flushcontext s.ctx")


def attest(tools):
    """Import, make and activate a credential, certify."""
    tools.do("openssl ecparam -name prime256v1 -genkey -noout -out soft.pem",
             "tpm2_import -Q -C primary.ctx -G ecc -i soft.pem -u soft.pub -r soft.priv",
             "tpm2_load -Q -C primary.ctx -u soft.pub -r soft.priv -c soft.ctx",
             "tpm2_sign -Q -c soft.ctx -g sha256 -f plain -o plain data",
             "openssl ec -in soft.pem -pubout -out soft.public",
             "openssl dgst -sha256 -verify soft.public -signature plain data",
             "tpm2_createprimary -Q -C e -G ecc -c ek.ctx",
             "tpm2_readpublic -Q -c ek.ctx -o ek.pub",
             "tpm2_create -Q -C primary.ctx -G ecc256:ecdsa-sha256:null -u ak.pub -r ak.priv -a "
             "'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign'",
             "tpm2_load -Q -C primary.ctx -u ak.pub -r ak.priv -c ak.ctx -n ak.name",
             "tpm2_makecredential -Q -u ek.pub -s secret -n $(od -An -v -tx1 ak.name | tr -d ' \\n') -o credential",
             "tpm2_activatecredential -Q -c ak.ctx -C ek.ctx -i credential -o activated",
             "cmp activated secret",
             "tpm2_certify -Q -c soft.ctx -C ak.ctx -g sha256 -o attest -s attest.signature",
             "tpm2_verifysignature -Q -c ak.ctx -g sha256 -m attest -s attest.signature")


def persist(tools):
    tools.do("tpm2_evictcontrol -Q -C o -c primary.ctx 0x81000001",
             "tpm2_getcap handles-persistent | grep 0x81000001",
             "tpm2_create -Q -C 0x81000001 -i secret -u under.pub -r under.priv",
             "tpm2_load -Q -C 0x81000001 -u under.pub -r under.priv -c under.ctx",
             "tpm2_unseal -c under.ctx | cmp - secret",
             "tpm2_evictcontrol -Q -C o -c 0x81000001")
    tools.refused("tpm2_readpublic -Q -c 0x81000001", "0x18B")


def symmetric(tools):
    tools.do("tpm2_create -Q -C primary.ctx -G hmac -u hmac.pub -r hmac.priv",
             "tpm2_load -Q -C primary.ctx -u hmac.pub -r hmac.priv -c hmac.ctx",
             "tpm2_hmac -c hmac.ctx -o mac data",
             "tpm2_create -Q -C primary.ctx -G aes128cfb -u aes.pub -r aes.priv",
             "tpm2_load -Q -C primary.ctx -u aes.pub -r aes.priv -c aes.ctx",
             "tpm2_encryptdecrypt -Q -c aes.ctx -o cipher data",
             "tpm2_encryptdecrypt -Q -d -c aes.ctx -o plain cipher", "cmp plain data",
             "tpm2_hash -g sha256 -o digest data")
    check(tools.file("digest") == hashlib.sha256(tools.file("data")).digest(), "tpm2_hash is wrong")


def clevis(tools):
    tools.do("""clevis encrypt tpm2 '{"pcr_bank":"sha256","pcr_ids":"7"}' <secret >jwe""",
             "clevis decrypt <jwe | cmp - secret")


def changed_pcr(tools):
    tools.do("tpm2_pcrextend 7:sha256=%s" % hashlib.sha256(b"another boot").hexdigest(),
             "tpm2_startauthsession -Q --policy-session -S s.ctx",
             "tpm2_policypcr -Q -S s.ctx -l sha256:7,11")
    tools.refused("tpm2_unseal -c pcr.ctx -p session:s.ctx", "0x99D")
    tools.do("tpm2_flushcontext s.ctx")
    check(tools.run("clevis decrypt <jwe")[0], "clevis decrypted after PCR 7 had changed")


def hierarchies(tools):
    """Passwords, sessions and a policy of the guest's own, whatever the chip's are."""
    tools.do("tpm2_changeauth -Q -c o word", "tpm2_changeauth -Q -c e other",
             "tpm2_changeauth -Q -c l locked")
    tools.refused("tpm2_createprimary -Q -C o -G ecc -c primary.ctx", "0x9A2")
    tools.do("tpm2_createprimary -Q -C o -P word -G ecc -c primary.ctx",
             "tpm2_createprimary -Q -C e -P other -G ecc -c endorsed.ctx",
             "tpm2_startauthsession -Q --hmac-session -S s.ctx",
             "tpm2_createprimary -Q -C o -P session:s.ctx+word -G ecc -c again.ctx",
             "tpm2_changeauth -Q -c o -p session:s.ctx+word new",
             "tpm2_createprimary -Q -C o -P session:s.ctx+new -G ecc -c again.ctx",
             "tpm2_flushcontext s.ctx",
             "tpm2_startauthsession -Q -S s.ctx",
             "tpm2_policycommandcode -Q -S s.ctx -L policy TPM2_CC_CreatePrimary",
             "tpm2_flushcontext s.ctx",
             "tpm2_setprimarypolicy -Q -C o -P new -L policy -g sha256",
             "tpm2_startauthsession -Q --policy-session -S s.ctx",
             "tpm2_policycommandcode -Q -S s.ctx TPM2_CC_CreatePrimary",
             "tpm2_createprimary -Q -C o -P session:s.ctx -G ecc -c again.ctx")
    tools.refused("tpm2_createprimary -Q -C o -P session:s.ctx -G ecc -c again.ctx", "0x99D")
    tools.do("tpm2_flushcontext s.ctx", "tpm2_clear -Q -c l locked",
             "tpm2_createprimary -Q -C o -G ecc -c primary.ctx",
             "tpm2_createprimary -Q -C e -G ecc -c endorsed.ctx")


def nv(tools):
    """In the range 0x01800000-0x018000ff."""
    tools.do("tpm2_nvdefine -Q 0x01800001 -C o -s 32 -p word -a 'ownerread|ownerwrite|authread|authwrite|no_da'",
             "tpm2_nvwrite -Q 0x01800001 -C 0x01800001 -P word -i data",
             "tpm2_nvread 0x01800001 -C 0x01800001 -P word -s 14 | cmp - data",
             "tpm2_nvread 0x01800001 -C o -s 14 | cmp - data",
             "tpm2_nvreadpublic 0x01800001 | grep written",
             "tpm2_getcap handles-nv-index | grep -i 0x1800001")
    tools.refused("tpm2_nvread 0x01800001 -C 0x01800001 -P wrong -s 14", "0x9A2")
    tools.refused("tpm2_nvdefine -Q 0x01800001 -C o -s 8", "0x14C")
    tools.refused("tpm2_nvdefine -Q 0x01900001 -C o -s 8", "0x14B")
    tools.refused("tpm2_nvdefine -Q 0x01c00002 -C o -s 8", "0x14B")


def nv_kinds(tools):
    tools.put("eight", b"12345678")
    tools.do("tpm2_nvdefine -Q 0x01800002 -C o -a 'ownerread|ownerwrite|nt=counter'",
             "tpm2_nvincrement -Q 0x01800002 -C o", "tpm2_nvincrement -Q 0x01800002 -C o",
             "tpm2_nvdefine -Q 0x01800003 -C o -a 'ownerread|ownerwrite|nt=bits'",
             "tpm2_nvsetbits -Q 0x01800003 -C o -i 0x5",
             "tpm2_nvread 0x01800003 -C o -s 8 | od -An -tx1 | grep '00 00 00 00 00 00 00 05'",
             "tpm2_nvdefine -Q 0x01800004 -C o -g sha256 -a 'ownerread|ownerwrite|nt=extend'",
             "tpm2_nvextend -Q 0x01800004 -C o -i data",
             "tpm2_nvread 0x01800004 -C o -s 32 >digest",
             "tpm2_nvdefine -Q 0x01800005 -C o -s 8 -a 'ownerread|ownerwrite|writedefine|read_stclear'",
             "tpm2_nvwrite -Q 0x01800005 -C o -i eight", "tpm2_nvwritelock -Q 0x01800005 -C o")
    tools.refused("tpm2_nvwrite -Q 0x01800005 -C o -i eight", "0x148")
    tools.do("tpm2_nvread 0x01800005 -C o -s 8 | cmp - eight", "tpm2_nvreadlock -Q 0x01800005 -C o")
    tools.refused("tpm2_nvread 0x01800005 -C o -s 8", "0x148")
    check(tools.file("digest") == hashlib.sha256(bytes(32) + tools.file("data")).digest(),
          "tpm2_nvextend is wrong")


def nv_policy(tools):
    tools.do("tpm2_startauthsession -Q -S s.ctx",
             "tpm2_policycommandcode -Q -S s.ctx -L policy TPM2_CC_NV_Read", "tpm2_flushcontext s.ctx",
             "tpm2_nvdefine -Q 0x01800006 -C o -s 8 -L policy -a 'ownerwrite|policyread'",
             "tpm2_nvwrite -Q 0x01800006 -C o -i eight",
             "tpm2_startauthsession -Q --policy-session -S s.ctx",
             "tpm2_policycommandcode -Q -S s.ctx TPM2_CC_NV_Read",
             "tpm2_nvread 0x01800006 -C 0x01800006 -P session:s.ctx -s 8 | cmp - eight",
             "tpm2_flushcontext s.ctx",
             "tpm2_startauthsession -Q --hmac-session -S s.ctx",
             "tpm2_nvread 0x01800001 -C 0x01800001 -P session:s.ctx+word -s 14 | cmp - data",
             "tpm2_flushcontext s.ctx")
    tools.refused("tpm2_nvread 0x01800006 -C 0x01800006 -s 8", "0x12F")


def nv_clear(tools, host):
    """Clear comes to the chip without waiting for the guest's next command."""
    primary(tools)
    tools.do("tpm2_nvdefine -Q 0x01800001 -C o -s 8",
             "tpm2_evictcontrol -Q -C o -c primary.ctx 0x81100001")
    host.do("tpm2_getcap handles-nv-index | grep -i 0x1800001",
            "tpm2_getcap handles-persistent | grep 0x81100001")
    tools.do("tpm2_clear -Q")
    host.do("sleep 1; ! tpm2_getcap handles-nv-index | grep -i 0x1800001",
            "! tpm2_getcap handles-persistent | grep 0x81100001")


def nv_undefine(tools):
    for index in range(1, 7):
        tools.do("tpm2_nvundefine -Q 0x0180000%d -C o" % index)
    tools.refused("tpm2_nvread 0x01800001 -C o -s 8", "0x18B")


def persist_in_chip(tools):
    """In the range 0x81100000-0x8110000f."""
    tools.do("tpm2_evictcontrol -Q -C o -c primary.ctx 0x81100001",
             "tpm2_getcap handles-persistent | grep 0x81100001",
             "tpm2_create -Q -C 0x81100001 -i secret -u kept.pub -r kept.priv")


def find_persistent(tools):
    tools.do("tpm2_load -Q -C 0x81100001 -u kept.pub -r kept.priv -c kept.ctx",
             "tpm2_unseal -c kept.ctx | cmp - secret",
             "tpm2_evictcontrol -Q -C o -c 0x81100001")
    tools.refused("tpm2_readpublic -Q -c 0x81100001", "0x18B")


def in_guest(tools):
    """Some of all, for it takes long in an emulated guest; it leaves nothing in the chip."""
    primary(tools)
    sign_and_verify(tools)
    policies(tools, ("pcr",))
    attest(tools)
    nv(tools)
    tools.do("tpm2_nvundefine -Q 0x01800001 -C o")


# What needs a grant, by a proxy and, the last one, by its successor.
RANGE_FLOWS = (("tools_use_an_nv_index", nv), ("tools_count_extend_and_lock", nv_kinds),
               ("tools_use_an_nv_index_by_a_policy", nv_policy),
               ("tools_make_a_key_persistent_in_the_chip", persist_in_chip),
               ("next_proxy_finds_the_persistent_key", find_persistent))
RANGES = ("nv-range=0x01800000-0x018000ff", "persistent-range=0x81100000-0x8110000f")

FLOWS = (("tools_make_a_primary_key", primary), ("tools_sign_and_verify", sign),
         ("tools_seal_and_unseal", seal), ("tools_use_hmac_sessions", hmac_session),
         ("tools_unseal_by_every_policy", policies), ("tools_unseal_by_one_of_two_policies", or_policy),
         ("tools_import_activate_and_certify", attest), ("tools_hash_and_encrypt", symmetric),
         ("tools_make_a_key_persistent", persist),
         ("clevis_binds_to_pcr_7", clevis), ("changed_pcr_refuses_tools_and_clevis", changed_pcr))


def lockout(*options):
    """The host's administrator and the chip's dictionary attack protection."""
    subprocess.run(("tpm2_dictionarylockout",) + options, check=True, timeout=lab.HANG,
                   env=dict(os.environ, TPM2TOOLS_TCTI="device:/dev/tpmrm0"))


def allow_wrong_passwords():
    """As the documents advise; swtpm's chip would lock after three failures."""
    lockout("--setup-parameters", "--max-tries=32", "--recovery-time=600",
            "--lockout-recovery-time=600")
