// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: TPM 2.0 on a fake chip that has three slots for objects and three for
 * sessions, knows each object by a number, and can be told to fail.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/family.h"
#include "../core/hash.h"
#include "../tpm20/state.h"
#include "../core/wire.h"

#define NR_SLOTS	3
#define NR_NUMBERS	256

#define CREATE_PRIMARY	0x131
#define CONTEXT_LOAD	0x161
#define CONTEXT_SAVE	0x162
#define ECDH_KEY_GEN	0x163
#define FLUSH_CONTEXT	0x165
#define START_SESSION	0x176
#define GET_CAPABILITY	0x17A
#define PCR_READ	0x17E
#define POLICY_RESTART	0x180
#define PCR_EXTEND	0x182

struct fake {
	struct vtpmb_port port;
	u32 object[NR_SLOTS];		/* its number, or 0 */
	u32 session[NR_SLOTS];		/* its handle, or 0 */
	bool saved[NR_NUMBERS];		/* sessions, by their index */
	u32 nr_objects;
	u32 nr_sessions;
	u32 nr_extends;
	size_t pcr_read_len;		/* bytes that it answers to PCR_Read */
	u16 password_len;		/* of the last CreatePrimary */
	u8 password[VTPMB_MAX_AUTH];
	unsigned int fail_in;		/* commands till one fails */
	int fail_with;
};

static struct fake *fake;
static struct vtpmb_vtpm *vtpm;
static struct vtpmb_cmd *cmd;

static const u32 fake_fixed[] = { 0x100, 0x322e3000, 0x111, 64, 0x11e, 4096, 0x11f, 4096,
				  0x121, 1000, 0x129, 9, 0x12a, 9, 0x12b, 0 };
static const u32 fake_var[] = { 0x200, 0x7, 0x201, 0xf };
static const u32 fake_commands[] = { 0x02000131, 0x10000161, 0x02000162, 0x02000163,
				     0x00000165, 0x14000176, 0x0000017a, 0x0000017b,
				     0x02000180 };

static void put_words(struct vtpmb_writer *w, const u32 *word, unsigned int nr_words)
{
	while (nr_words--)
		vtpmb_put_u32(w, *word++);
}

/* Whether a session of this number is loaded, or saved. */
static bool fake_has_session(u32 index, bool saved)
{
	unsigned int i;

	if (saved)
		return fake->saved[index];
	for (i = 0; i < NR_SLOTS; i++) {
		if (fake->session[i] && TPM20_INDEX(fake->session[i]) == index)
			return true;
	}
	return false;
}

/* TPM_CAP_HANDLES, in order; the answer is not long enough for more. */
static void fake_handles(u32 first, struct vtpmb_writer *w)
{
	u8 *count = w->buf + w->len;
	u32 type = TPM20_HT(first), index, nr = 0;

	vtpmb_put_u32(w, 0);
	for (index = TPM20_INDEX(first); index < NR_NUMBERS; index++) {
		if (type == TPM2_HT_TRANSIENT ? index >= NR_SLOTS || !fake->object[index] :
		    !fake_has_session(index, type == TPM2_HT_POLICY_SESSION))
			continue;
		vtpmb_put_u32(w, type == TPM2_HT_TRANSIENT ? 0x80000000 + index :
			      0x02000000 + index);
		nr++;
	}
	vtpmb_poke_u32(count, nr);
}

static u32 fake_capability(struct vtpmb_reader *r, struct vtpmb_writer *w)
{
	u32 capability, property;

	vtpmb_get_u32(r, &capability);
	vtpmb_get_u32(r, &property);
	vtpmb_put_u8(w, 0);
	vtpmb_put_u32(w, capability);
	if (capability == 6 && property == 0x100) {
		vtpmb_put_u32(w, ARRAY_SIZE(fake_fixed) / 2);
		put_words(w, fake_fixed, ARRAY_SIZE(fake_fixed));
	} else if (capability == 6) {
		vtpmb_put_u32(w, ARRAY_SIZE(fake_var) / 2);
		put_words(w, fake_var, ARRAY_SIZE(fake_var));
	} else if (capability == 0) {
		vtpmb_put_u32(w, 1);
		vtpmb_put_u16(w, 0x000b);
		vtpmb_put_u32(w, 4);
	} else if (capability == 2) {
		vtpmb_put_u32(w, ARRAY_SIZE(fake_commands));
		put_words(w, fake_commands, ARRAY_SIZE(fake_commands));
	} else if (capability == 5) {
		/* SHA-256, allocated, and one that no kernel knows. */
		vtpmb_put_u32(w, 2);
		vtpmb_put_u32(w, 0x000b03ff);
		vtpmb_put_u32(w, 0xffff7fff);
		vtpmb_put_u32(w, 0x03ffffff);
	} else if (capability == 1 && TPM20_HT(property) != TPM2_HT_PERMANENT) {
		fake_handles(property, w);
	} else {
		vtpmb_put_u32(w, 0);
	}
	return 0;
}

static u32 fake_put_object(u32 number, struct vtpmb_writer *w)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		if (fake->object[i])
			continue;
		fake->object[i] = number;
		vtpmb_put_u32(w, 0x80000000 + i);
		return 0;
	}
	return TPM2_RC_OBJECT_MEMORY;
}

static u32 fake_put_session(u32 handle, struct vtpmb_writer *w)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		if (fake->session[i])
			continue;
		fake->session[i] = handle;
		vtpmb_put_u32(w, handle);
		return 0;
	}
	return TPM2_RC_SESSION_MEMORY;
}

static u32 *fake_find(u32 handle)
{
	unsigned int i;

	if (handle >= 0x80000000)
		return handle - 0x80000000 < NR_SLOTS ? &fake->object[handle & 3] : NULL;
	for (i = 0; i < NR_SLOTS; i++) {
		if (fake->session[i] == handle)
			return &fake->session[i];
	}
	return NULL;
}

/* A context is a TPMS_CONTEXT whose sequence is the object's number. */
static u32 fake_save(u32 handle, struct vtpmb_writer *w)
{
	u32 *slot = fake_find(handle);

	if (!slot || !*slot)
		return TPM2_RC_REFERENCE_H0;
	vtpmb_put_u64(w, *slot);
	vtpmb_put_u32(w, handle >= 0x80000000 ? 0x80000000 : handle);
	vtpmb_put_u32(w, handle >= 0x80000000 ? TPM2_RH_OWNER : TPM2_RH_NULL);
	vtpmb_put_u16(w, 4);
	vtpmb_put_u32(w, 0xb10bb10b);
	if (handle < 0x80000000) {
		*slot = 0;
		fake->saved[TPM20_INDEX(handle) % NR_NUMBERS] = true;
	}
	return 0;
}

static u32 fake_load(struct vtpmb_reader *r, struct vtpmb_writer *w)
{
	u32 high, number, saved;

	vtpmb_get_u32(r, &high);
	vtpmb_get_u32(r, &number);
	if (!vtpmb_get_u32(r, &saved))
		return TPM2_RC_INSUFFICIENT;
	if (saved >= 0x80000000)
		return fake_put_object(number, w);
	fake->saved[TPM20_INDEX(saved) % NR_NUMBERS] = false;
	return fake_put_session(number, w);
}

static u32 fake_make(u32 (*put)(u32 name, struct vtpmb_writer *w), u32 name, u32 *nr_made,
		     struct vtpmb_writer *w)
{
	u32 rc = put(name, w);

	if (!rc)
		(*nr_made)++;
	return rc;
}

/* Whoever asks gets PCR 8 of the SHA-256 bank, and no more bytes than it is told. */
static u32 fake_read_pcr(struct vtpmb_writer *w)
{
	static const u8 answer[20 + 32] = {
		0, 0, 0, 5, 0, 0, 0, 1, 0, 0x0b, 3, 0, 1, 0, 0, 0, 0, 1, 0, 32, 0xc8,
	};

	vtpmb_put_bytes(w, answer, sizeof(answer));
	w->len = min(w->len, fake->pcr_read_len);
	return 0;
}

static u32 fake_extend_pcr(struct vtpmb_writer *w)
{
	static const u8 sessions[] = { 0, 0, 0, 0, 0, 0, 1, 0, 0 };

	fake->nr_extends++;
	vtpmb_put_bytes(w, sessions, sizeof(sessions));
	return 0;
}

/* Of the only session: a handle, the area's size, TPM_RS_PW, no nonce, attributes. */
static void fake_take_password(struct vtpmb_reader *r)
{
	const u8 *bytes;

	vtpmb_get_bytes(r, 3 * sizeof(u32) + sizeof(u16) + sizeof(u8));
	if (vtpmb_get_tpm2b(r, &bytes, &fake->password_len))
		memcpy(fake->password, bytes, min_t(size_t, fake->password_len, VTPMB_MAX_AUTH));
}

static u32 fake_run(u32 code, struct vtpmb_reader *r, struct vtpmb_writer *w)
{
	u32 handle = 0, *slot;

	if (code == GET_CAPABILITY)
		return fake_capability(r, w);
	if (code == CONTEXT_LOAD)
		return fake_load(r, w);
	if (code == PCR_READ)
		return fake_read_pcr(w);
	if (code == PCR_EXTEND)
		return fake_extend_pcr(w);
	if (code == CREATE_PRIMARY) {
		static const u8 rest[] = { 0, 0, 0, 0, 0, 0, 1, 0, 0 };
		u32 rc = fake_make(fake_put_object, fake->nr_objects + 1,
				   &fake->nr_objects, w);

		fake_take_password(r);
		vtpmb_put_bytes(w, rest, sizeof(rest));
		return rc;
	}
	if (code == START_SESSION) {
		static const u8 nonce[] = { 0, 16, [17] = 1 };
		u32 rc = fake_make(fake_put_session, 0x03000000 + fake->nr_sessions,
				   &fake->nr_sessions, w);

		vtpmb_put_bytes(w, nonce, sizeof(nonce));
		return rc;
	}
	vtpmb_get_u32(r, &handle);
	if (code == CONTEXT_SAVE)
		return fake_save(handle, w);
	slot = fake_find(handle);
	if (code == FLUSH_CONTEXT) {
		if (slot)
			*slot = 0;
		if (handle < 0x80000000)
			fake->saved[TPM20_INDEX(handle) % NR_NUMBERS] = false;
		return 0;
	}
	if (!slot || !*slot)
		return TPM2_RC_REFERENCE_H0;
	vtpmb_put_u32(w, *slot);
	return 0;
}

static int fake_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + 6), len = vtpmb_peek_u32(buf + 2), rc;
	u8 answer[1024];
	struct vtpmb_reader r;
	struct vtpmb_writer w;

	port->nr_chip_commands++;
	if (fake->fail_in && !--fake->fail_in)
		return fake->fail_with;
	vtpmb_reader_init(&r, buf + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	vtpmb_writer_init(&w, answer, sizeof(answer));
	rc = fake_run(code, &r, &w);
	if (rc)
		w.len = 0;
	memcpy(buf + VTPMB_HEADER_SIZE, answer, w.len);
	len = VTPMB_HEADER_SIZE + w.len;
	vtpmb_writer_init(&w, buf, VTPMB_HEADER_SIZE);
	vtpmb_put_u16(&w, TPM2_ST_NO_SESSIONS);
	vtpmb_put_u32(&w, len);
	vtpmb_put_u32(&w, rc);
	return len;
}

static bool fake_is_empty(void)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		if (fake->object[i] || fake->session[i])
			return false;
	}
	return true;
}

static int tpm20_test_init(struct kunit *test)
{
	static const u8 key[32] = { 1 };

	fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	vtpm = kunit_kzalloc(test, sizeof(*vtpm), GFP_KERNEL);
	cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	if (!fake || !vtpm || !cmd)
		return -ENOMEM;
	cmd->buf = kunit_kzalloc(test, VTPMB_BUF_SIZE, GFP_KERNEL);
	cmd->call = kunit_kzalloc(test, vtpmb_tpm20.call_size, GFP_KERNEL);
	fake->port.scratch = kunit_kzalloc(test, VTPMB_BUF_SIZE, GFP_KERNEL);
	if (!cmd->buf || !cmd->call || !fake->port.scratch)
		return -ENOMEM;
	fake->port.family = &vtpmb_tpm20;
	fake->port.transmit = fake_transmit;
	if (vtpmb_mac_open(&fake->port.mac) ||
	    vtpmb_mac_set_key(&fake->port.mac, key, sizeof(key)) ||
	    vtpmb_mac_open(&fake->port.policy_mac) ||
	    vtpmb_tpm20.probe(&fake->port))
		return -EIO;
	vtpm->port = &fake->port;
	mutex_init(&vtpm->lock);
	if (vtpmb_tpm20.create(vtpm))
		return -ENOMEM;
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20.power(vtpm, VTPMB_POWER_RESET);
	mutex_unlock(&vtpm->lock);
	return 0;
}

static void tpm20_test_exit(struct kunit *test)
{
	vtpmb_tpm20.destroy(vtpm);
	vtpmb_tpm20.forget(&fake->port);
	vtpmb_mac_close(&fake->port.policy_mac);
	vtpmb_mac_close(&fake->port.mac);
}

/* As the hub does, but for the end of the turn. */
static int run(const u8 *bytes, size_t len)
{
	memcpy(cmd->buf, bytes, len);
	cmd->len = len;
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20.receive(vtpm, cmd);
	mutex_unlock(&vtpm->lock);
	if (cmd->answer != VTPMB_ANSWER_CHIP)
		return 0;
	if (vtpmb_tpm20.is_stale(vtpm))
		vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_STALE);
	return vtpmb_tpm20.execute(vtpm, cmd);
}

static u32 run_words(u16 tag, u32 code, const u32 *word, unsigned int nr_words,
		     const void *tail, size_t tail_len)
{
	u8 bytes[256];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, bytes, sizeof(bytes));
	vtpmb_put_u16(&w, tag);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE + nr_words * 4 + tail_len);
	vtpmb_put_u32(&w, code);
	put_words(&w, word, nr_words);
	vtpmb_put_bytes(&w, tail, tail_len);
	return run(bytes, w.len) ? TPM2_RC_FAILURE : cmd->rc;
}

static u32 run_handle(u32 code, u32 handle)
{
	return run_words(TPM2_ST_NO_SESSIONS, code, &handle, 1, "", 0);
}

static u32 startup(void)
{
	static const u8 clear[2];

	return run_words(TPM2_ST_NO_SESSIONS, 0x144, NULL, 0, clear, sizeof(clear));
}

/* The object's virtual handle, or 0. */
static u32 create_primary(void)
{
	static const u8 auth[] = { 0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 1, 0, 0 };
	u32 handle = TPM2_RH_OWNER;

	if (run_words(TPM2_ST_SESSIONS, CREATE_PRIMARY, &handle, 1, auth, sizeof(auth)))
		return 0;
	return vtpmb_peek_u32(cmd->buf + VTPMB_HEADER_SIZE);
}

static u32 start_policy(void)
{
	static const u32 null[] = { TPM2_RH_NULL, TPM2_RH_NULL };
	static const u8 params[] = { 0, 0, 0, 0, 1, 0, 0x10, 0, 0x0b };

	if (run_words(TPM2_ST_NO_SESSIONS, START_SESSION, null, 2, params, sizeof(params)))
		return 0;
	return vtpmb_peek_u32(cmd->buf + VTPMB_HEADER_SIZE);
}

/* The chip's number of an object, or 0. */
static u32 number_of(u32 handle)
{
	if (run_handle(ECDH_KEY_GEN, handle))
		return 0;
	return vtpmb_peek_u32(cmd->buf + VTPMB_HEADER_SIZE);
}

static void command_table_is_in_order_and_consistent(struct kunit *test)
{
	const struct vtpmb_tpm20_row *row;
	unsigned int i, h;

	for (i = 0; i < VTPMB_TPM20_NR_ROWS; i++) {
		row = &vtpmb_tpm20_rows[i];
		KUNIT_EXPECT_EQ(test, vtpmb_tpm20_row(row->code), (int)i);
		KUNIT_EXPECT_LE(test, row->nr_auths, row->nr_handles);
		KUNIT_EXPECT_LE(test, row->flushes, row->nr_handles);
		for (h = 0; h < VTPMB_TPM20_HANDLES; h++)
			KUNIT_EXPECT_EQ(test, !!row->accept[h], h < row->nr_handles);
		if (i)
			KUNIT_EXPECT_LT(test, row[-1].code, row->code);
		if (row->code & TPMA_CC_V)
			KUNIT_EXPECT_TRUE(test, row->flags & TPM20_UNSAFE);
	}
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20_row(0), -ENOENT);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20_row(0xffffffff), -ENOENT);
}

static void probe_leaves_out_what_the_kernel_lacks(struct kunit *test)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(&fake->port);

	KUNIT_EXPECT_EQ(test, fake->port.nr_banks, 1u);
	KUNIT_EXPECT_EQ(test, fake->port.bank[0].alg, (u16)0x000b);
	KUNIT_EXPECT_EQ(test, facts->nr_hashes, 1u);
	KUNIT_EXPECT_EQ(test, facts->command_max, (u32)VTPMB_GUEST_BUF_SIZE);
}

static void probe_keeps_nothing_when_it_fails(struct kunit *test)
{
	struct vtpmb_port *port = &fake->port;
	unsigned int i;

	vtpmb_tpm20.destroy(vtpm);
	vtpmb_tpm20.forget(port);
	for (i = 1; ; i++) {
		fake->fail_in = i;
		fake->fail_with = -EIO;
		if (!vtpmb_tpm20.probe(port))
			break;
		KUNIT_EXPECT_NULL(test, port->facts);
		KUNIT_EXPECT_EQ(test, port->nr_banks, 0u);
	}
	KUNIT_EXPECT_GT(test, i, 5u);
	fake->fail_in = 0;
	KUNIT_ASSERT_EQ(test, vtpmb_tpm20.create(vtpm), 0);
}

static void nothing_works_before_startup_nor_startup_after(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, number_of(0x80000000), 0u);
	KUNIT_EXPECT_EQ(test, cmd->rc, (u32)TPM2_RC_INITIALIZE);
	KUNIT_EXPECT_EQ(test, startup(), (u32)TPM2_RC_SUCCESS);
	KUNIT_EXPECT_EQ(test, startup(), (u32)TPM2_RC_INITIALIZE);
	KUNIT_EXPECT_EQ(test, (int)vtpm->power, (int)VTPMB_STARTED);
}

static void denied_command_is_hidden_and_refused(struct kunit *test)
{
	static const u32 total[] = { 6, 0x129, 1 };
	static const u32 list[] = { 2, 0, 255 };
	u32 before;

	startup();
	run_words(TPM2_ST_NO_SESSIONS, GET_CAPABILITY, total, 3, "", 0);
	before = vtpmb_peek_u32(cmd->buf + 23);
	vtpmb_policy_set(&vtpm->policy, vtpmb_tpm20.commands, 0x17B, VTPMB_POLICY_DENY);
	run_words(TPM2_ST_NO_SESSIONS, GET_CAPABILITY, total, 3, "", 0);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u32(cmd->buf + 23), before - 1);
	run_words(TPM2_ST_NO_SESSIONS, GET_CAPABILITY, list, 3, "", 0);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u32(cmd->buf + 15), before - 1);
	KUNIT_EXPECT_EQ(test, run_words(TPM2_ST_NO_SESSIONS, 0x17B, NULL, 0, "\0\x08", 2),
			(u32)TPM2_RC_COMMAND_CODE);
	KUNIT_EXPECT_EQ(test, (int)cmd->answer, (int)VTPMB_ANSWER_REFUSED);
}

/* Not even by grant. */
static void vendor_command_never_reaches_the_chip(struct kunit *test)
{
	u64 before;

	startup();
	vtpmb_policy_set(&vtpm->policy, vtpmb_tpm20.commands, 0x20001000,
			 VTPMB_POLICY_ALLOW_UNSAFE);
	before = fake->port.nr_chip_commands;
	KUNIT_EXPECT_EQ(test, run_words(TPM2_ST_NO_SESSIONS, 0x20001000, NULL, 0, "\x01", 1),
			(u32)TPM2_RC_COMMAND_CODE);
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands, before);
}

static void many_objects_share_three_slots(struct kunit *test)
{
	u32 i;

	startup();
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++)
		KUNIT_EXPECT_EQ(test, create_primary(), 0x80000000 + i);
	KUNIT_EXPECT_EQ(test, create_primary(), 0u);
	KUNIT_EXPECT_EQ(test, cmd->rc, (u32)TPM2_RC_OBJECT_MEMORY);
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++)
		KUNIT_EXPECT_EQ(test, number_of(0x80000000 + i), i + 1);
	KUNIT_EXPECT_EQ(test, run_handle(FLUSH_CONTEXT, 0x80000003), 0u);
	KUNIT_EXPECT_EQ(test, run_handle(FLUSH_CONTEXT, 0x80000003),
			(u32)TPM2_RC_OF_PARAMETER(TPM2_RC_HANDLE, 0));
	KUNIT_EXPECT_EQ(test, create_primary(), 0x80000003u);
	KUNIT_EXPECT_EQ(test, number_of(0x80000003), VTPMB_MAX_OBJECTS + 1u);
}

static void many_sessions_share_three_slots(struct kunit *test)
{
	u32 i;

	startup();
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		KUNIT_EXPECT_EQ(test, start_policy(), 0x03000000 + i);
	KUNIT_EXPECT_EQ(test, start_policy(), 0u);
	KUNIT_EXPECT_EQ(test, cmd->rc, (u32)TPM2_RC_SESSION_HANDLES);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		KUNIT_EXPECT_EQ(test, run_handle(POLICY_RESTART, 0x03000000 + i), 0u);
}

static void object_is_saved_once(struct kunit *test)
{
	u64 before;

	startup();
	create_primary();
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_TURN), 0);
	before = fake->port.nr_chip_commands;
	number_of(0x80000000);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_TURN), 0);
	/* Load, the command, flush. */
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands, before + 3);
}

static void leave_empties_the_chip(struct kunit *test)
{
	startup();
	create_primary();
	create_primary();
	start_policy();
	KUNIT_EXPECT_FALSE(test, fake_is_empty());
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_TURN), 0);
	KUNIT_EXPECT_TRUE(test, fake_is_empty());
	KUNIT_EXPECT_EQ(test, number_of(0x80000001), 2u);
}

static void reset_takes_all_out_of_the_chip(struct kunit *test)
{
	startup();
	create_primary();
	start_policy();
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20.power(vtpm, VTPMB_POWER_RESET);
	mutex_unlock(&vtpm->lock);
	KUNIT_EXPECT_TRUE(test, vtpmb_tpm20.is_stale(vtpm));
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_STALE), 0);
	KUNIT_EXPECT_FALSE(test, vtpmb_tpm20.is_stale(vtpm));
	KUNIT_EXPECT_TRUE(test, fake_is_empty());
	KUNIT_EXPECT_EQ(test, startup(), 0u);
	KUNIT_EXPECT_EQ(test, number_of(0x80000000), 0u);
	KUNIT_EXPECT_EQ(test, cmd->rc, (u32)TPM2_RC_REFERENCE_H0);
}

static void command_of_before_the_reset_does_nothing(struct kunit *test)
{
	u64 before;
	u32 handle = 0x80000000;

	startup();
	create_primary();
	before = fake->port.nr_chip_commands;
	number_of(handle);
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands, before + 1);

	vtpmb_poke_u32(cmd->buf + 2, 14);
	vtpmb_poke_u32(cmd->buf + 6, ECDH_KEY_GEN);
	vtpmb_poke_u32(cmd->buf + 10, handle);
	cmd->len = 14;
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20.receive(vtpm, cmd);
	vtpmb_tpm20.power(vtpm, VTPMB_POWER_RESET);
	mutex_unlock(&vtpm->lock);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm20.execute(vtpm, cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd->rc, (u32)TPM2_RC_INITIALIZE);
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands, before + 1);
}

static u32 extend(u32 pcr)
{
	u8 params[13 + 4 + 2 + 32] = { 0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 1, 0, 0,
				       0, 0, 0, 1, 0, 0x0b };

	return run_words(TPM2_ST_SESSIONS, PCR_EXTEND, &pcr, 1, params, sizeof(params));
}

static void only_a_granted_pcr_is_extended_in_the_chip(struct kunit *test)
{
	startup();
	vtpm->real_pcrs = BIT(8);
	KUNIT_EXPECT_EQ(test, extend(7), 0U);
	KUNIT_EXPECT_EQ(test, (int)cmd->answer, (int)VTPMB_ANSWER_LOCAL);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 0U);
	KUNIT_EXPECT_EQ(test, extend(8), 0U);
	KUNIT_EXPECT_EQ(test, (int)cmd->answer, (int)VTPMB_ANSWER_CHIP);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1U);
	vtpm->real_pcrs = 0;
	KUNIT_EXPECT_EQ(test, extend(8), 0U);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1U);
}

/* PCR 7, its own, and 8, the chip's. */
static u32 read_both(void)
{
	static const u8 list[] = { 0, 0, 0, 1, 0, 0x0b, 3, 0x80, 1, 0 };

	return run_words(TPM2_ST_NO_SESSIONS, PCR_READ, NULL, 0, list, sizeof(list));
}

static void chips_pcrs_are_put_among_private_ones(struct kunit *test)
{
	startup();
	vtpm->real_pcrs = BIT(8);
	fake->pcr_read_len = 20 + 32;
	KUNIT_EXPECT_EQ(test, read_both(), 0U);
	KUNIT_EXPECT_EQ(test, cmd->len, VTPMB_HEADER_SIZE + 18 + 2 * (2 + 32));
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u32(cmd->buf + 24), 2U);
	KUNIT_EXPECT_EQ(test, cmd->buf[30], 0);
	KUNIT_EXPECT_EQ(test, cmd->buf[64], 0xc8);
	/* An answer cut short is no answer. */
	while (fake->pcr_read_len--)
		KUNIT_EXPECT_EQ(test, read_both(), (u32)TPM2_RC_FAILURE);
}

static void give_auth(enum vtpmb_setting_nr nr)
{
	mutex_lock(&vtpm->lock);
	vtpmb_setting_set_bytes(vtpm, nr, (const u8 *)"chip", 4);
	mutex_unlock(&vtpm->lock);
}

static void chip_gets_its_own_password(struct kunit *test)
{
	startup();
	KUNIT_EXPECT_NE(test, create_primary(), 0U);
	KUNIT_EXPECT_EQ(test, fake->password_len, 0);
	give_auth(VTPMB_SETTING_ENDORSEMENT_AUTH);
	KUNIT_EXPECT_NE(test, create_primary(), 0U);
	KUNIT_EXPECT_EQ(test, fake->password_len, 0);
	give_auth(VTPMB_SETTING_OWNER_AUTH);
	KUNIT_EXPECT_NE(test, create_primary(), 0U);
	KUNIT_ASSERT_EQ(test, fake->password_len, 4);
	KUNIT_EXPECT_EQ(test, memcmp(fake->password, "chip", 4), 0);
}

/* SetPrimaryPolicy of the platform: 32 zeros, SHA-256. */
static u32 set_platform_policy(void)
{
	static const u8 params[] = { 0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 1, 0, 0,
				     0, 32, [15 + 32] = 0, 0x0b };
	u32 handle = TPM2_RH_PLATFORM;

	return run_words(TPM2_ST_SESSIONS, 0x12E, &handle, 1, params, sizeof(params));
}

/* What the chip says of the session is no digest: the driver is to blame, not the guest. */
static void digest_that_is_none_authorises_nothing(struct kunit *test)
{
	u8 params[] = { 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1 };
	u32 handle = TPM2_RH_PLATFORM;

	startup();
	KUNIT_EXPECT_EQ(test, set_platform_policy(), 0U);
	vtpmb_poke_u32(params + 4, start_policy());
	KUNIT_EXPECT_EQ(test, run_words(TPM2_ST_SESSIONS, 0x127, &handle, 1, params,
					sizeof(params)), (u32)TPM2_RC_FAILURE);
	KUNIT_EXPECT_FALSE(test, vtpmb_tpm20_state(vtpm)->disable_clear);
}

/* A driver that fails at any one command of a flow, then works again. */
static void chip_may_fail_at_any_command(struct kunit *test)
{
	unsigned int i;

	startup();
	for (i = 1; i < 40; i++) {
		fake->fail_with = -ETIME;
		fake->fail_in = i;
		create_primary();
		create_primary();
		start_policy();
		vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_TURN);
		number_of(0x80000000);
		run_handle(POLICY_RESTART, 0x03000000);
		run_handle(CONTEXT_SAVE, 0x80000001);
		run_handle(FLUSH_CONTEXT, 0x80000000);
		vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_TURN);
		vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_END);
		fake->fail_in = 0;
		KUNIT_EXPECT_EQ(test, vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_TURN), 0);
		KUNIT_EXPECT_EQ(test, vtpmb_tpm20.tidy(vtpm, VTPMB_TIDY_END), 0);
		KUNIT_EXPECT_FALSE(test, vtpmb_tpm20.is_stale(vtpm));
	}
	KUNIT_EXPECT_TRUE(test, fake_is_empty());
}

static struct kunit_case tpm20_cases[] = {
	KUNIT_CASE(command_table_is_in_order_and_consistent),
	KUNIT_CASE(probe_leaves_out_what_the_kernel_lacks),
	KUNIT_CASE(probe_keeps_nothing_when_it_fails),
	KUNIT_CASE(nothing_works_before_startup_nor_startup_after),
	KUNIT_CASE(denied_command_is_hidden_and_refused),
	KUNIT_CASE(vendor_command_never_reaches_the_chip),
	KUNIT_CASE(many_objects_share_three_slots),
	KUNIT_CASE(many_sessions_share_three_slots),
	KUNIT_CASE(object_is_saved_once),
	KUNIT_CASE(leave_empties_the_chip),
	KUNIT_CASE(reset_takes_all_out_of_the_chip),
	KUNIT_CASE(command_of_before_the_reset_does_nothing),
	KUNIT_CASE(only_a_granted_pcr_is_extended_in_the_chip),
	KUNIT_CASE(chips_pcrs_are_put_among_private_ones),
	KUNIT_CASE(chip_gets_its_own_password),
	KUNIT_CASE(digest_that_is_none_authorises_nothing),
	KUNIT_CASE(chip_may_fail_at_any_command),
	{}
};

static struct kunit_suite tpm20_suite = {
	.name = "vtpmb_tpm20",
	.init = tpm20_test_init,
	.exit = tpm20_test_exit,
	.test_cases = tpm20_cases,
};

kunit_test_suite(tpm20_suite);
