// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: transport sessions, in every mode that the administrator can choose,
 * and what a guest tries to smuggle in them.
 */

#include "tpm12/state.h"
#include "tpm12_guest.h"

static struct key signer, storage;

static void begin(enum vtpmb_transport mode)
{
	begin_owned();
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
	core_set(other.vtpm, VTPMB_SETTING_TRANSPORT, mode);
}

static u32 load(struct guest *g, const struct key *key)
{
	u32 handle = 0;

	CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, key, &handle), 0);
	return handle;
}

static u32 wrap_sign(struct guest *g, struct session *trans, u32 key, struct session *s)
{
	struct command c;

	command_begin(&c, g, 0x3c);
	put_handle(&c, key);
	put_sized(&c, "twenty bytes to sign", 20);
	return execute(&c, trans, s, NULL);
}

/* A command without parameters that are looked at. */
static u32 wrap_plain(struct guest *g, struct session *trans, const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len = core_hex(cmd, sizeof(cmd), hex);
	struct command c;

	command_begin(&c, g, vtpmb_peek_u32(cmd + 6));
	put_bytes(&c, cmd + 10, len - 10);
	return execute(&c, trans, NULL, NULL);
}

static bool is_there(struct guest *g, u32 ordinal)
{
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 00000001 00000004 %08x", ordinal);
	CHECK_EQ(tell(g, hex), 0);
	return g->rsp.buf[14];
}

static void there_are_none_by_default(void)
{
	struct session trans;
	u32 ordinal;

	begin(VTPMB_TRANSPORT_DENY);
	for (ordinal = 0xe6; ordinal < 0xe9; ordinal++)
		CHECK(!is_there(&proxy, ordinal));
	CHECK_EQ(property(&proxy, 0x10b), 0);
	CHECK_EQ(property(&proxy, 0x10e), 0);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG), 10);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	CHECK(is_there(&proxy, 0xe6));
	CHECK_EQ(property(&proxy, 0x10b), VTPMB_MAX_TRANSPORTS);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG), 0);
	CHECK_EQ(property(&proxy, 0x10b), VTPMB_MAX_TRANSPORTS - 1);
	/* And a session that there is ends with the grant. */
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_DENY);
	CHECK_EQ(wrap_plain(&proxy, &trans, "00c1 ???????? 00000046 00000008"), 10);
	CHECK_EQ(flush(&proxy, trans.handle, TPM_RT_TRANS), 0);
	end_owned();
}

/* Whatever the chip has room for, and the other guest has as many. */
static void each_guest_has_four(void)
{
	struct guest *guests[] = { &proxy, &other };
	struct session trans[VTPMB_MAX_TRANSPORTS], more;
	unsigned int i, k;

	begin(VTPMB_TRANSPORT_INSPECT);
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		for (k = 0; k < 4; k++)
			CHECK_EQ(establish(guests[i], &trans[k], TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(establish(guests[i], &more, TPM_KH_TRANSPORT, NULL, 0), 21);
		CHECK_EQ(count_handles(guests[i], TPM_RT_TRANS), 4);
		for (k = 0; k < 4; k++)
			CHECK_EQ(wrap_plain(guests[i], &trans[k],
					    "00c1 ???????? 00000046 00000008"), 0);
	}
	end_owned();
}

/* As the twin does it, in turns of every length. */
static void wrapped_commands_work_as_in_a_tpm(void)
{
	struct guest *both[] = { &proxy, &alone };
	unsigned int i, turn;

	begin(VTPMB_TRANSPORT_INSPECT);
	for (turn = 0; turn < 3; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			struct session trans, s, inner;
			struct command c;
			u32 key = load(g, &signer), parent = load(g, &storage);

			CHECK_EQ(establish(g, &trans, parent, &storage, TPM_TRANSPORT_LOG), 0);
			CHECK_EQ(count_handles(g, TPM_RT_TRANS), 1);
			CHECK_EQ(oiap(g, &s, key_secret), 0);
			CHECK_EQ(wrap_sign(g, &trans, key, &s), 0);
			CHECK_EQ(g->rsp.len, 10 + 4 + 64 + 41);
			CHECK_EQ(wrap_plain(g, &trans, "00c1 ???????? 00000046 00000008"), 0);

			/* What makes handles. */
			command_begin(&c, g, 0x0a);
			c.rsp_handles_len = 4 + 20;
			CHECK_EQ(execute(&c, &trans, NULL, NULL), 0);
			memset(&inner, 0, sizeof(inner));
			inner.handle = vtpmb_peek_u32(g->rsp.buf + 10);
			memcpy(inner.even, g->rsp.buf + 14, 20);
			memset(inner.key, srk_secret, 20);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 2);
			command_begin(&c, g, 0x41);
			put_handle(&c, TPM_KH_SRK);
			put_bytes(&c, signer.blob, signer.len);
			c.rsp_handles_len = 4;
			CHECK_EQ(execute(&c, &trans, &inner, NULL), 0);
			CHECK_EQ(sign(g, vtpmb_peek_u32(g->rsp.buf + 10), key_secret, NULL), 0);
			CHECK_EQ(count_handles(g, TPM_RT_KEY), 3);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 1);

			/* A wrapped error ends the wrapped session alone. */
			command_begin(&c, g, 0x3c);
			put_handle(&c, key);
			put_sized(&c, "short", 5);
			CHECK_EQ(execute(&c, &trans, &s, NULL), 3);
			CHECK(executed);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);
			CHECK_EQ(count_handles(g, TPM_RT_TRANS), 1);

			trans.cont = 0;
			CHECK_EQ(wrap_plain(g, &trans, "00c1 ???????? 000000f1"), 0);
			CHECK_EQ(count_handles(g, TPM_RT_TRANS), 0);
			CHECK_EQ(tell(g, "00c1 ???????? 0000005a"), 0);
			while (count_handles(g, TPM_RT_KEY))
				flush(g, vtpmb_peek_u32(g->rsp.buf + 16), TPM_RT_KEY);
		}
	}
	end_owned();
}

static void signed_log_is_released(void)
{
	struct guest *both[] = { &proxy, &alone };
	unsigned int i;

	begin(VTPMB_TRANSPORT_INSPECT);
	for (i = 0; i < ARRAY_SIZE(both); i++) {
		struct guest *g = both[i];
		struct session trans, s;
		struct command c;
		u32 key = load(g, &signer);

		CHECK_EQ(establish(g, &trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG), 0);
		CHECK_EQ(wrap_plain(g, &trans, "00c1 ???????? 00000046 00000008"), 0);
		CHECK_EQ(oiap(g, &s, key_secret), 0);
		command_begin(&c, g, 0xe8);
		put_handle(&c, key);
		put_secret(&c, 0x11);
		trans.cont = 0;
		CHECK_EQ(send_auth2(&c, &s, &trans), 0);
		CHECK_EQ(count_handles(g, TPM_RT_TRANS), 0);
	}
	end_owned();
}

static void encrypted_and_exclusive_sessions_need_more(void)
{
	struct session trans;
	u32 parent;

	begin(VTPMB_TRANSPORT_INSPECT);
	parent = load(&proxy, &storage);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_ENCRYPT), 66);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_EXCLUSIVE |
			   TPM_TRANSPORT_LOG), 66);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_EXCLUSIVE), 66);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ORDINAL);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_ENCRYPT |
			   TPM_TRANSPORT_EXCLUSIVE), 66);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_ENCRYPT), 0);
	/* The grant was taken back: what is hidden is not let through. */
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	CHECK_EQ(wrap_plain(&proxy, &trans, "00c1 ???????? 00000046 00000008"), 47);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ALLOW);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_EXCLUSIVE), 66);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_ENCRYPT), 42);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	end_owned();
}

static void encrypted_commands_by_ordinal(void)
{
	struct guest *both[] = { &proxy, &alone };
	unsigned int i, turn;

	begin(VTPMB_TRANSPORT_ORDINAL);
	for (turn = 0; turn < 2; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			struct session trans, s, inner;
			struct command c;
			u32 key = load(g, &signer), parent = load(g, &storage), handle;
			u8 blob[2048];
			size_t len;

			CHECK_EQ(establish(g, &trans, parent, &storage, TPM_TRANSPORT_ENCRYPT |
					   TPM_TRANSPORT_LOG), 0);
			CHECK_EQ(oiap(g, &s, key_secret), 0);
			CHECK_EQ(wrap_sign(g, &trans, key, &s), 0);
			CHECK_EQ(wrap_plain(g, &trans, "00c1 ???????? 00000046 00000008"), 0);
			CHECK_EQ(oiap(g, &inner, srk_secret), 0);
			command_begin(&c, g, 0x41);
			put_handle(&c, TPM_KH_SRK);
			put_bytes(&c, signer.blob, signer.len);
			c.rsp_handles_len = 4;
			CHECK_EQ(execute(&c, &trans, &inner, NULL), 0);
			handle = vtpmb_peek_u32(g->rsp.buf + 10);
			CHECK_EQ(sign(g, handle, key_secret, NULL), 0);
			/* Of such a key it is not known whether it is volatile. */
			CHECK_EQ(save_context(g, handle, TPM_RT_KEY, blob, &len), 0);
			if (g->vtpm) {
				core_reset(g->vtpm);
				start(g);
				CHECK_EQ(load_context(g, 0, false, blob, len, &handle), 90);
			}
		}
		core_twin_reset(alone.twin);
		start(&alone);
	}
	end_owned();
}

/* The twin has no answer for what is refused before it gets there. */
static void refused_ends_the_transport_session(struct session *trans, u32 rc, u32 want)
{
	CHECK_EQ(rc, want);
	CHECK(!executed);
	CHECK_EQ(flush(&proxy, trans->handle, TPM_RT_TRANS), 34);
}

/* What the bridge answers itself, and what would change its books. */
static const char *const own[] = {
	"00c1 ???????? 00000014 00000000 0102030405060708090a0b0c0d0e0f1011121314",
	"00c1 ???????? 00000015 00000000", "00c1 ???????? 000000c8 0003 000001",
	"00c1 ???????? 0000006f", "00c1 ???????? 00000070", "00c1 ???????? 00000072 01",
	"00c1 ???????? 00000071 00", "00c1 ???????? 0000005d", "00c1 ???????? 0000005e",
	"00c1 ???????? 00000073", "00c1 ???????? 4000000a 0280",
	"00c1 ???????? 4000000b", "00c1 ???????? 00000098", "00c1 ???????? 00000099 0001",
	"00c1 ???????? 000000a0", "00c1 ???????? 0000005a",
	"00c1 ???????? 00000065 00000014 00000004 00000001",
	"00c1 ???????? 0000003f 00000001 00000004 00000001 00000001 01",
	"00c1 ???????? 000000ba 01000000 00000001", "00c1 ???????? 00000022 01000000",
	"00c1 ???????? 00000096 02000000",
	"00c1 ???????? 000000b8 01000000 00000001 00000000000000000000000000000000",
};

/* And what there is not, outside or inside. */
static const char *const absent[] = {
	"00c1 ???????? 00000020 40000000", "00c1 ???????? 00000075 0002 40000001",
	"00c1 ???????? 00000080 0102030405060708090a0b0c0d0e0f1011121314",
	"00c1 ???????? 000000cf 00001000 00000000 00000001", "00c1 ???????? 0000fffe",
	"00c1 ???????? 000000de 00000000", "00c1 ???????? 000000db",
	"00c1 ???????? 00000085 00000000", "00c1 ???????? 0000001a 00000000",
	"00c1 ???????? 000000b7 00000000", "00c1 ???????? 20001000 01",
};

static void wrapped_platform_commands_are_refused_in_every_mode(void)
{
	enum vtpmb_transport mode;
	struct session trans;
	unsigned int i;
	u32 rc;

	begin(VTPMB_TRANSPORT_INSPECT);
	for (mode = VTPMB_TRANSPORT_INSPECT; mode <= VTPMB_TRANSPORT_ALLOW; mode++) {
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
		for (i = 0; i < ARRAY_SIZE(own); i++) {
			CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
			rc = wrap_plain(&proxy, &trans, own[i]);
			refused_ends_the_transport_session(&trans, rc, 47);
		}
		for (i = 0; i < ARRAY_SIZE(absent); i++) {
			CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
			rc = wrap_plain(&proxy, &trans, absent[i]);
			refused_ends_the_transport_session(&trans, rc, 10);
		}
	}
	end_owned();
}

#define GET_RANDOM	"00c1 ???????? 00000046 00000008"
#define SHA1_START	"00c1 ???????? 000000a0"
#define SHA1_COMPLETE	"00c1 ???????? 000000a2 00000003 616263"

/* Only a wrapped command that is executed ends the SHA-1 thread (Part 3, 13). */
static void sha1_thread_outlives_transport_that_is_refused(void)
{
	struct guest *both[] = { &proxy, &alone };
	struct session trans;
	unsigned int i;

	begin(VTPMB_TRANSPORT_INSPECT);
	for (i = 0; i < ARRAY_SIZE(both); i++) {
		struct guest *g = both[i];

		CHECK_EQ(establish(g, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(tell(g, SHA1_START), 0);
		CHECK_EQ(tell(g, "00c1 ???????? 000000e7 00000000"), TPM_BADTAG);
		CHECK_EQ(tell(g, "00c2 ???????? 000000e7 00000000"), TPM_BAD_PARAM_SIZE);
		CHECK_EQ(tell(g, SHA1_COMPLETE), 0);

		/* One that the chip refuses, for the HMAC is wrong. */
		CHECK_EQ(tell(g, SHA1_START), 0);
		trans.key[0] ^= 1;
		CHECK_EQ(wrap_plain(g, &trans, GET_RANDOM), TPM_AUTH2FAIL);
		CHECK_EQ(tell(g, SHA1_COMPLETE), 0);

		CHECK_EQ(establish(g, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(tell(g, SHA1_START), 0);
		CHECK_EQ(wrap_plain(g, &trans, GET_RANDOM), 0);
		CHECK_EQ(tell(g, SHA1_COMPLETE), TPM_SHA_THREAD);
	}
	end_owned();
}

/* Forbidden outside is forbidden inside, and what is inside gets no more. */
static void denied_ordinal_is_denied_inside(void)
{
	struct session trans, s;
	u32 key;

	begin(VTPMB_TRANSPORT_ALLOW);
	key = load(&proxy, &signer);
	core_policy(proxy.vtpm, 0x3c, VTPMB_POLICY_DENY);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	refused_ends_the_transport_session(&trans, wrap_sign(&proxy, &trans, key, &s), 10);
	CHECK_EQ(flush(&proxy, s.handle, TPM_RT_AUTH), 0);
	end_owned();
}

static u32 wrap_quote(struct session *trans, u32 key)
{
	static const u8 pcr0[] = { 0, 3, 1, 0, 0 };
	struct session s;
	struct command c;

	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	s.cont = 0;
	command_begin(&c, &proxy, 0x16);
	put_handle(&c, key);
	put_secret(&c, 0x42);
	put_bytes(&c, pcr0, sizeof(pcr0));
	return execute(&c, trans, &s, NULL);
}

static void wrapped_parameters_are_judged(void)
{
	u32 key, parent;
	struct session trans;

	begin(VTPMB_TRANSPORT_INSPECT);
	key = load(&proxy, &signer);
	parent = load(&proxy, &storage);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	refused_ends_the_transport_session(&trans, wrap_quote(&trans, key), 16);
	/* Encryption does not hide them: the ordinal needs its parameters judged. */
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ORDINAL);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	refused_ends_the_transport_session(&trans, wrap_quote(&trans, key), 16);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_ENCRYPT), 0);
	refused_ends_the_transport_session(&trans, wrap_quote(&trans, key), 47);
	/* Who allows all gets all. */
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ALLOW);
	CHECK_EQ(establish(&proxy, &trans, parent, &storage, TPM_TRANSPORT_ENCRYPT), 0);
	wrap_quote(&trans, key);
	CHECK(executed);
	/* And granted PCRs are granted inside. */
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	proxy.vtpm->real_pcrs = 1;
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	wrap_quote(&trans, key);
	CHECK(executed);
	end_owned();
}

/* Both kinds of flags are counted from 1, in the order of their structures. */
static bool chip_flag(const char *hex, unsigned int flag)
{
	CHECK_EQ(tell(&host, hex), 0);
	return host.rsp.buf[15 + flag];
}

#define CHIP_PERMANENT	"00c1 ???????? 00000065 00000004 00000004 00000108"
#define CHIP_STCLEAR	"00c1 ???????? 00000065 00000004 00000004 00000109"

/* Outside it sets a flag of the proxy's own, whatever is granted. */
static void wrapped_set_capability_is_the_owners_alone(void)
{
	static const char *const flags[] = {
		"00c1 ???????? 0000003f 00000003 00000004 00000002 00000001 01",
		"00c1 ???????? 0000003f 00000001 00000004 00000001 00000001 01",
	};
	enum vtpmb_transport mode;
	struct session trans;
	unsigned int i, hidden;
	u32 parent;

	begin(VTPMB_TRANSPORT_ALLOW);
	parent = load(&proxy, &storage);
	core_policy(proxy.vtpm, 0x3f, VTPMB_POLICY_ALLOW_UNSAFE);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		for (mode = VTPMB_TRANSPORT_INSPECT; mode <= VTPMB_TRANSPORT_ALLOW; mode++) {
			core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
			for (hidden = 0; hidden < mode; hidden++) {
				CHECK_EQ(establish(&proxy, &trans, hidden ? parent :
						   TPM_KH_TRANSPORT,
						   hidden ? &storage : NULL, hidden ?
						   TPM_TRANSPORT_ENCRYPT : 0),
					 0);
				refused_ends_the_transport_session(&trans,
								   wrap_plain(&proxy, &trans,
									      flags[i]), 47);
			}
		}
	}
	CHECK(!chip_flag(CHIP_STCLEAR, TPM_SF_DISABLEFORCECLEAR));
	CHECK(!chip_flag(CHIP_PERMANENT, TPM_PF_DISABLE));
	CHECK_EQ(tell(&proxy, flags[0]), 0);
	CHECK(!chip_flag(CHIP_STCLEAR, TPM_SF_DISABLEFORCECLEAR));
	end_owned();
}

/* They lock the chip's NV for all; the one for good. */
static void wrapped_nv_locks_are_refused_in_every_mode(void)
{
	static const char define[] =
		"00c1 ???????? 000000cc 0018 ffffffff 0003 000000 1f"
		"0000000000000000000000000000000000000000 0003 000000 1f"
		"0000000000000000000000000000000000000000 0017 00000000 000000 00000000"
		"0000000000000000000000000000000000000000";
	static const char write[] = "00c1 ???????? 000000cd 00000000 00000000 00000000";
	enum vtpmb_transport mode;
	struct session trans;

	begin(VTPMB_TRANSPORT_ALLOW);
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
	for (mode = VTPMB_TRANSPORT_INSPECT; mode <= VTPMB_TRANSPORT_ALLOW; mode++) {
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		refused_ends_the_transport_session(&trans, wrap_plain(&proxy, &trans, define), 2);
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		refused_ends_the_transport_session(&trans, wrap_plain(&proxy, &trans, write), 2);
	}
	CHECK(!chip_flag(CHIP_PERMANENT, TPM_PF_NV_LOCKED));
	CHECK(!chip_flag(CHIP_STCLEAR, TPM_SF_BGLOBALLOCK));
	end_owned();
}

static void wrapped_handles_are_ones_own(void)
{
	struct session trans, s, foreign, stolen;
	enum vtpmb_transport mode;
	u32 key, theirs = 0, i;

	begin(VTPMB_TRANSPORT_INSPECT);
	for (i = 0; i < 4; i++)
		theirs = load(&other, &signer);
	for (i = 0; i < 4; i++)
		CHECK_EQ(oiap(&other, &foreign, key_secret), 0);
	key = load(&proxy, &signer);
	core_turn = 0;
	CHECK_EQ(sign_with(&other, theirs, &foreign, NULL), 0);
	for (mode = VTPMB_TRANSPORT_INSPECT; mode <= VTPMB_TRANSPORT_ALLOW; mode++) {
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
		refused_ends_the_transport_session(&trans, wrap_sign(&proxy, &trans, theirs, &s),
						   12);
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		stolen = foreign;
		refused_ends_the_transport_session(&trans, wrap_sign(&proxy, &trans, key, &stolen),
						   34);
	}
	CHECK_EQ(sign_with(&other, theirs, &foreign, NULL), 0);
	end_owned();
}

static void transport_sessions_cannot_be_wrapped(void)
{
	struct session trans;
	u32 ordinal;
	char hex[64];

	begin(VTPMB_TRANSPORT_ALLOW);
	for (ordinal = 0xe6; ordinal < 0xe9; ordinal++) {
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		snprintf(hex, sizeof(hex), "00c1 ???????? %08x 40000003", ordinal);
		refused_ends_the_transport_session(&trans, wrap_plain(&proxy, &trans, hex), 47);
	}
	end_owned();
}

/* A wrapped command whose sizes lie, at every length. */
static void malformed_wrapping_is_refused(void)
{
	static const u8 inner[] = {
		0x00, 0xc1, 0, 0, 0, 14, 0, 0, 0, 0x46, 0, 0, 0, 8,
	};
	struct session trans;
	struct command c;
	unsigned int len, size;

	begin(VTPMB_TRANSPORT_ALLOW);
	for (len = 0; len <= sizeof(inner); len++) {
		for (size = 0; size < 20; size += 1 + (len != sizeof(inner)) * 5) {
			CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
			command_begin(&c, &proxy, 0xe7);
			put_sized(&c, inner, len);
			if (len >= 6)
				vtpmb_poke_u32(c.buf + 14 + 2, size);
			CHECK(send_auth1(&c, &trans) != 0);
		}
	}
	CHECK_EQ(count_handles(&proxy, TPM_RT_TRANS), 0);
	end_owned();
}

static void owner_clear_by_unsafe_grant_works_inside_too(void)
{
	struct session trans, s;
	struct command c;
	u32 key;

	begin(VTPMB_TRANSPORT_INSPECT);
	key = load(&other, &signer);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	CHECK_EQ(oiap(&proxy, &s, owner_secret), 0);
	command_begin(&c, &proxy, 0x5b);
	refused_ends_the_transport_session(&trans, execute(&c, &trans, &s, NULL), 47);
	CHECK_EQ(sign(&other, key, key_secret, NULL), 0);

	core_policy(proxy.vtpm, 0x5b, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	CHECK_EQ(oiap(&proxy, &s, owner_secret), 0);
	command_begin(&c, &proxy, 0x5b);
	CHECK_EQ(execute(&c, &trans, &s, NULL), 0);
	CHECK_EQ(property(&host, 0x111) >> 24, 0);
	CHECK_EQ(property(&other, 0x111) >> 24, 0);
	CHECK_EQ(count_handles(&other, TPM_RT_KEY), 0);
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(there_are_none_by_default),
	CORE_TEST(each_guest_has_four),
	CORE_TEST(wrapped_commands_work_as_in_a_tpm),
	CORE_TEST(signed_log_is_released),
	CORE_TEST(encrypted_and_exclusive_sessions_need_more),
	CORE_TEST(encrypted_commands_by_ordinal),
	CORE_TEST(wrapped_platform_commands_are_refused_in_every_mode),
	CORE_TEST(sha1_thread_outlives_transport_that_is_refused),
	CORE_TEST(denied_ordinal_is_denied_inside),
	CORE_TEST(wrapped_parameters_are_judged),
	CORE_TEST(wrapped_set_capability_is_the_owners_alone),
	CORE_TEST(wrapped_nv_locks_are_refused_in_every_mode),
	CORE_TEST(wrapped_handles_are_ones_own),
	CORE_TEST(transport_sessions_cannot_be_wrapped),
	CORE_TEST(malformed_wrapping_is_refused),
	CORE_TEST(owner_clear_by_unsafe_grant_works_inside_too),
};

CORE_MAIN(tests)
