// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: TPM 1.2 on a fake chip that knows capabilities, GetRandom and OIAP. */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/family.h"
#include "../tpm12/state.h"
#include "../tpm12/wire.h"
#include "../core/wire.h"

#define BLOB_SIZE	58	/* the smallest TPM_CONTEXT_BLOB */

struct fake {
	struct vtpmb_port port;
	bool owned;
	u8 nr_perm;			/* flags that it has */
	unsigned int fail_in;		/* commands till one fails */
	int fail_with;
	u32 last_code;
	u32 nr_sessions;
};

static struct fake *fake;
static struct vtpmb_vtpm *vtpm;
static struct vtpmb_cmd *cmd;

static u32 fake_capability(struct vtpmb_reader *r, struct vtpmb_writer *w)
{
	u32 area = 0, len, sub = 0;

	vtpmb_get_u32(r, &area);
	vtpmb_get_u32(r, &len);
	vtpmb_get_u32(r, &sub);
	if (area == TPM_CAP_FLAG) {
		vtpmb_put_u32(w, 2 + fake->nr_perm);
		vtpmb_put_u16(w, 0x001F);
		memset(vtpmb_put_room(w, fake->nr_perm), 1, fake->nr_perm);
	} else if (area == TPM_CAP_PROPERTY && sub == TPM_CAP_PROP_OWNER) {
		vtpmb_put_u32(w, 1);
		vtpmb_put_u8(w, fake->owned);
	} else if (area == TPM_CAP_PROPERTY && sub == TPM_CAP_PROP_TIS_TIMEOUT) {
		vtpmb_put_u32(w, 16);
		memset(vtpmb_put_room(w, 16), 7, 16);
	} else if (area == TPM_CAP_PROPERTY && sub == TPM_CAP_PROP_INPUT_BUFFER) {
		vtpmb_put_u32(w, 4);
		vtpmb_put_u32(w, 1024);
	} else {
		return TPM_BAD_MODE;
	}
	return TPM_SUCCESS;
}

static u32 fake_run(u32 code, struct vtpmb_reader *r, struct vtpmb_writer *w)
{
	if (code == TPM_ORD_GetCapability)
		return fake_capability(r, w);
	if (code == TPM_ORD_GetRandom) {
		vtpmb_put_u32(w, 1);
		vtpmb_put_u8(w, 42);
		return TPM_SUCCESS;
	}
	if (code == TPM_ORD_OIAP) {
		vtpmb_put_u32(w, ++fake->nr_sessions);
		memset(vtpmb_put_room(w, TPM12_NONCE_SIZE), 1, TPM12_NONCE_SIZE);
		return TPM_SUCCESS;
	}
	if (code == TPM_ORD_SaveContext) {
		vtpmb_put_u32(w, BLOB_SIZE);
		memset(vtpmb_put_room(w, BLOB_SIZE), 1, BLOB_SIZE);
		return TPM_SUCCESS;
	}
	return TPM_BAD_ORDINAL;
}

static int fake_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 len = vtpmb_peek_u32(buf + 2), rc;
	u8 answer[64];
	struct vtpmb_reader r;
	struct vtpmb_writer w;

	port->nr_chip_commands++;
	if (fake->fail_in && !--fake->fail_in)
		return fake->fail_with;
	fake->last_code = vtpmb_peek_u32(buf + 6);
	vtpmb_reader_init(&r, buf + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	vtpmb_writer_init(&w, answer, sizeof(answer));
	rc = fake_run(fake->last_code, &r, &w);
	if (rc)
		w.len = 0;
	memcpy(buf + VTPMB_HEADER_SIZE, answer, w.len);
	len = VTPMB_HEADER_SIZE + w.len;
	vtpmb_writer_init(&w, buf, VTPMB_HEADER_SIZE);
	vtpmb_put_u16(&w, TPM_TAG_RSP_COMMAND);
	vtpmb_put_u32(&w, len);
	vtpmb_put_u32(&w, rc);
	return len;
}

static void reset(void)
{
	mutex_lock(&vtpm->lock);
	vtpmb_tpm12.power(vtpm, VTPMB_POWER_RESET);
	mutex_unlock(&vtpm->lock);
}

static int tpm12_test_init(struct kunit *test)
{
	fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	vtpm = kunit_kzalloc(test, sizeof(*vtpm), GFP_KERNEL);
	cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	if (!fake || !vtpm || !cmd)
		return -ENOMEM;
	cmd->buf = kunit_kzalloc(test, VTPMB_BUF_SIZE, GFP_KERNEL);
	cmd->call = kunit_kzalloc(test, vtpmb_tpm12.call_size, GFP_KERNEL);
	fake->port.scratch = kunit_kzalloc(test, VTPMB_BUF_SIZE, GFP_KERNEL);
	if (!cmd->buf || !cmd->call || !fake->port.scratch)
		return -ENOMEM;
	fake->nr_perm = TPM12_NR_PF;
	fake->port.family = &vtpmb_tpm12;
	fake->port.transmit = fake_transmit;
	if (vtpmb_tpm12.probe(&fake->port))
		return -EIO;
	vtpm->port = &fake->port;
	mutex_init(&vtpm->lock);
	if (vtpmb_tpm12.create(vtpm))
		return -ENOMEM;
	reset();
	return 0;
}

static void tpm12_test_exit(struct kunit *test)
{
	vtpmb_tpm12.destroy(vtpm);
	vtpmb_tpm12.forget(&fake->port);
}

/* As the hub does. */
static u32 run(u16 tag, u32 code, const void *params, size_t params_len)
{
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, cmd->buf, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, tag);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE + params_len);
	vtpmb_put_u32(&w, code);
	vtpmb_put_bytes(&w, params, params_len);
	cmd->len = w.len;
	mutex_lock(&vtpm->lock);
	vtpmb_tpm12.receive(vtpm, cmd);
	mutex_unlock(&vtpm->lock);
	if (cmd->answer == VTPMB_ANSWER_CHIP && vtpmb_tpm12.execute(vtpm, cmd))
		return ~0;
	return cmd->rc;
}

static u32 run_none(u32 code)
{
	return run(TPM_TAG_RQU_COMMAND, code, "", 0);
}

static u32 run_u8(u32 code, u8 val)
{
	return run(TPM_TAG_RQU_COMMAND, code, &val, 1);
}

static u32 run_u16(u32 code, u16 val)
{
	u8 b[2] = { val >> 8, val & 0xff };

	return run(TPM_TAG_RQU_COMMAND, code, b, sizeof(b));
}

static u32 run_words(u32 code, const u32 *word, unsigned int nr_words)
{
	u8 params[64];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, params, sizeof(params));
	while (nr_words--)
		vtpmb_put_u32(&w, *word++);
	return run(TPM_TAG_RQU_COMMAND, code, params, w.len);
}

static u32 get_cap(u32 area, u32 sub)
{
	u32 params[] = { area, 4, sub };

	return run_words(TPM_ORD_GetCapability, params, ARRAY_SIZE(params));
}

/* Flags are counted from 1, in the order of their structures. */
static bool perm(u32 flag)
{
	get_cap(TPM_CAP_FLAG, TPM_CAP_FLAG_PERMANENT);
	return cmd->buf[15 + flag];
}

static bool stclear(u32 flag)
{
	get_cap(TPM_CAP_FLAG, TPM_CAP_FLAG_VOLATILE);
	return cmd->buf[15 + flag];
}

static u32 extend(u32 index)
{
	u8 params[24] = { 0, 0, 0, index, 1, 2, 3 };

	return run(TPM_TAG_RQU_COMMAND, TPM_ORD_Extend, params, sizeof(params));
}

/* Whether a PCR is all @byte. */
static bool pcr_is(u32 index, u8 byte)
{
	return !run_words(TPM_ORD_PcrRead, &index, 1) &&
	       !memchr_inv(cmd->buf + VTPMB_HEADER_SIZE, byte, TPM12_DIGEST_SIZE);
}

static u32 pcr_reset(u32 index)
{
	u8 params[5] = { 0, 3 };

	params[2 + index / 8] = BIT(index % 8);
	return run(TPM_TAG_RQU_COMMAND, TPM_ORD_PCR_Reset, params, sizeof(params));
}

static u32 startup(u16 type)
{
	return run_u16(TPM_ORD_Startup, type);
}

static u32 presence(u16 value)
{
	return run_u16(TSC_ORD_PhysicalPresence, value);
}

static void table_is_sorted_and_complete(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < TPM12_NR_ROWS; i++) {
		const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[i];

		KUNIT_EXPECT_NOT_NULL(test, row->name);
		KUNIT_EXPECT_EQ(test, vtpmb_tpm12_row(row->code), (int)i);
		if (i)
			KUNIT_EXPECT_GT(test, row->code, row[-1].code);
		if (row->local)
			KUNIT_EXPECT_NOT_NULL(test, row->params);
	}
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12_row(0), -ENOENT);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12_row(0x26), -ENOENT);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12_row(~0), -ENOENT);
}

static void params_are_walked_as_promised(struct kunit *test)
{
	static const struct {
		const char *format;
		u8 bytes[8];
		size_t len;
		u32 rc;
		size_t left;
	} cases[] = {
		{ "", { 0 }, 1, TPM_SUCCESS, 1 },
		{ "1", { 0 }, 0, TPM_BAD_PARAM_SIZE, 0 },
		{ "2", { 0 }, 1, TPM_BAD_PARAM_SIZE, 1 },
		{ "24", { 0 }, 6, TPM_SUCCESS, 0 },
		{ "24", { 0 }, 5, TPM_BAD_PARAM_SIZE, 3 },
		{ "b", { 1 }, 1, TPM_SUCCESS, 0 },
		{ "b", { 2 }, 1, TPM_BAD_PARAMETER, 0 },
		{ "S", { 0, 0, 0, 2, 9, 9 }, 6, TPM_SUCCESS, 0 },
		{ "S", { 0, 0, 0, 3, 9, 9 }, 6, TPM_BAD_PARAM_SIZE, 2 },
		{ "S", { 0xff, 0xff, 0xff, 0xff, 9 }, 5, TPM_BAD_PARAM_SIZE, 1 },
		{ "P", { 0, 3, 1, 1, 1 }, 5, TPM_SUCCESS, 0 },
		{ "P", { 0, 4, 1, 1, 1, 1 }, 6, TPM_INVALID_PCR_INFO, 4 },
		{ "P", { 0, 3, 1, 1 }, 4, TPM_BAD_PARAM_SIZE, 2 },
		{ "n", { 0 }, 8, TPM_BAD_PARAM_SIZE, 8 },
	};
	struct vtpmb_reader r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vtpmb_reader_init(&r, cases[i].bytes, cases[i].len);
		KUNIT_EXPECT_EQ(test, vtpmb_tpm12_check_params(cases[i].format, &r),
				cases[i].rc);
		KUNIT_EXPECT_EQ(test, r.left, cases[i].left);
	}
}

static void nothing_works_before_startup(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, extend(0), TPM_INVALID_POSTINIT);
	KUNIT_EXPECT_EQ(test, run_none(0xfffe), TPM_BAD_ORDINAL);
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_CLEAR), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, vtpm->power, VTPMB_STARTED);
	KUNIT_EXPECT_EQ(test, extend(0), TPM_SUCCESS);
}

static void guest_cannot_reset_pcrs_by_startup(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	extend(0);
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_CLEAR), TPM_INVALID_POSTINIT);
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_STATE), TPM_INVALID_POSTINIT);
	KUNIT_EXPECT_FALSE(test, pcr_is(0, 0));
	reset();
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_CLEAR), TPM_SUCCESS);
	KUNIT_EXPECT_TRUE(test, pcr_is(0, 0));
}

static void reset_raises_the_epoch(struct kunit *test)
{
	u32 epoch = vtpm->epoch;

	reset();
	KUNIT_EXPECT_GT(test, vtpm->epoch, epoch);
	epoch = vtpm->epoch;
	mutex_lock(&vtpm->lock);
	vtpmb_tpm12.power(vtpm, VTPMB_POWER_OFF);
	mutex_unlock(&vtpm->lock);
	KUNIT_EXPECT_GT(test, vtpm->epoch, epoch);
	KUNIT_EXPECT_EQ(test, vtpm->power, VTPMB_OFF);
}

static void resume_needs_saved_state(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	extend(0);
	extend(16);
	presence(0x0008);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_SaveState), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, vtpm->power, VTPMB_SHUTDOWN);
	reset();
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_STATE), TPM_SUCCESS);
	KUNIT_EXPECT_FALSE(test, pcr_is(0, 0));
	KUNIT_EXPECT_TRUE(test, pcr_is(16, 0));
	KUNIT_EXPECT_TRUE(test, stclear(TPM_SF_PHYSICALPRESENCE));

	run_none(TPM_ORD_SaveState);
	extend(0);
	KUNIT_EXPECT_EQ(test, vtpm->power, VTPMB_STARTED);
	reset();
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_STATE), TPM_FAILEDSELFTEST);
	KUNIT_EXPECT_EQ(test, extend(0), TPM_FAILEDSELFTEST);
	KUNIT_EXPECT_EQ(test, get_cap(TPM_CAP_PROPERTY, TPM_CAP_PROP_TIS_TIMEOUT),
			TPM_SUCCESS);
	reset();
	KUNIT_EXPECT_EQ(test, startup(TPM_ST_CLEAR), TPM_SUCCESS);
	KUNIT_EXPECT_TRUE(test, pcr_is(0, 0));
}

static void presence_follows_its_flags(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_PhysicalDisable), TPM_BAD_PRESENCE);
	KUNIT_EXPECT_EQ(test, presence(0), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x8000), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x0028), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x0120), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x0240), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x000c), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x0018), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, presence(0x0008), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_PhysicalDisable), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_PhysicalEnable), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, presence(0x0014), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, presence(0x0008), TPM_BAD_PARAMETER);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_PhysicalDisable), TPM_BAD_PRESENCE);
}

static void administrators_pin_overrides_the_lock(struct kunit *test)
{
	struct vtpmb_view view;

	startup(TPM_ST_CLEAR);
	presence(0x0014);
	mutex_lock(&vtpm->lock);
	vtpm->pp_pin = true;
	vtpmb_tpm12.show(vtpm, &view);
	KUNIT_EXPECT_TRUE(test, view.pp);
	KUNIT_EXPECT_TRUE(test, view.pp_locked);
	mutex_unlock(&vtpm->lock);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_PhysicalDisable), TPM_SUCCESS);
}

static void disabled_comes_before_deactivated(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	presence(0x0008);
	KUNIT_EXPECT_EQ(test, run_u8(TPM_ORD_PhysicalSetDeactivated, 1), TPM_SUCCESS);
	KUNIT_EXPECT_TRUE(test, pcr_is(0, 0));
	reset();
	startup(TPM_ST_CLEAR);
	presence(0x0008);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_ForceClear), TPM_DEACTIVATED);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_PhysicalDisable), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_ForceClear), TPM_DISABLED);
	/* It measures, but does not tell. */
	KUNIT_EXPECT_EQ(test, extend(0), TPM_SUCCESS);
	KUNIT_EXPECT_NULL(test, memchr_inv(cmd->buf + VTPMB_HEADER_SIZE, 0,
					   TPM12_DIGEST_SIZE));
}

static void truncated_comes_before_state_before_tag(struct kunit *test)
{
	static const u8 zeros[32];

	KUNIT_EXPECT_EQ(test, run(0x8001, TPM_ORD_Extend, zeros, 23), TPM_BAD_PARAM_SIZE);
	KUNIT_EXPECT_EQ(test, run(0x8001, TPM_ORD_Extend, zeros, 25), TPM_INVALID_POSTINIT);
	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test, run(0x8001, TPM_ORD_Extend, zeros, 25), TPM_BADTAG);
	KUNIT_EXPECT_EQ(test, run(0x00C2, TPM_ORD_Extend, zeros, 24), TPM_BADTAG);
	KUNIT_EXPECT_EQ(test, run(0x00C1, TPM_ORD_Extend, zeros, 25), TPM_BAD_PARAM_SIZE);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u16(cmd->buf), TPM_TAG_RSP_COMMAND);
	KUNIT_EXPECT_TRUE(test, pcr_is(0, 0));
}

static void set_ownership(enum vtpmb_ownership view)
{
	mutex_lock(&vtpm->lock);
	vtpmb_setting_set(vtpm, VTPMB_SETTING_OWNERSHIP, view);
	mutex_unlock(&vtpm->lock);
}

static void force_clear_takes_the_guests_owner_only(struct kunit *test)
{
	u64 before;

	startup(TPM_ST_CLEAR);
	set_ownership(VTPMB_OWNERSHIP_OWNED);
	get_cap(TPM_CAP_PROPERTY, TPM_CAP_PROP_OWNER);
	KUNIT_EXPECT_EQ(test, cmd->buf[14], 1);
	KUNIT_EXPECT_EQ(test, run_u8(TPM_ORD_SetOwnerInstall, 0), TPM_SUCCESS);
	presence(0x0008);
	before = fake->port.nr_chip_commands;
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_ForceClear), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands, before);
	KUNIT_EXPECT_TRUE(test, perm(TPM_PF_DISABLE));
	KUNIT_EXPECT_TRUE(test, perm(TPM_PF_DEACTIVATED));
	KUNIT_EXPECT_FALSE(test, stclear(TPM_SF_DEACTIVATED));
	get_cap(TPM_CAP_PROPERTY, TPM_CAP_PROP_OWNER);
	KUNIT_EXPECT_EQ(test, cmd->buf[14], 0);
}

static void older_chip_has_fewer_flags(struct kunit *test)
{
	vtpmb_tpm12.forget(&fake->port);
	fake->nr_perm = TPM_PF_READSRKPUB;
	KUNIT_ASSERT_EQ(test, vtpmb_tpm12.probe(&fake->port), 0);
	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test, get_cap(TPM_CAP_FLAG, TPM_CAP_FLAG_PERMANENT),
			TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, cmd->len, (size_t)16 + TPM_PF_READSRKPUB);
}

static void pcrs_obey_the_virtual_locality(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_TRUE(test, pcr_is(17, 0xff));
	KUNIT_EXPECT_EQ(test, extend(17), TPM_BAD_LOCALITY);
	KUNIT_EXPECT_EQ(test, extend(24), TPM_BADINDEX);
	KUNIT_EXPECT_EQ(test, pcr_reset(0), TPM_NOTRESETABLE);
	KUNIT_EXPECT_EQ(test, pcr_reset(20), TPM_NOTLOCAL);
	KUNIT_EXPECT_EQ(test, pcr_reset(23), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, run_none(TSC_ORD_ResetEstablishmentBit), TPM_BAD_LOCALITY);
	mutex_lock(&vtpm->lock);
	vtpm->locality = 4;
	mutex_unlock(&vtpm->lock);
	KUNIT_EXPECT_EQ(test, run_none(TSC_ORD_ResetEstablishmentBit), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, extend(17), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, pcr_reset(17), TPM_SUCCESS);
	KUNIT_EXPECT_TRUE(test, pcr_is(17, 0xff));
}

static void sha1_thread_is_the_proxys_and_fragile(struct kunit *test)
{
	static const u8 abc[] = { 0, 0, 0, 3, 'a', 'b', 'c' };
	static const u8 digest[] = { 0xa9, 0x99, 0x3e, 0x36 };

	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test, run(TPM_TAG_RQU_COMMAND, TPM_ORD_SHA1Complete, abc, sizeof(abc)),
			TPM_SHA_THREAD);
	run_none(TPM_ORD_SHA1Start);
	KUNIT_EXPECT_EQ(test, run(TPM_TAG_RQU_COMMAND, TPM_ORD_SHA1Complete, abc, sizeof(abc)),
			TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, memcmp(cmd->buf + VTPMB_HEADER_SIZE, digest, sizeof(digest)), 0);
	run_none(TPM_ORD_SHA1Start);
	KUNIT_EXPECT_EQ(test, run(TPM_TAG_RQU_COMMAND, TPM_ORD_SHA1Update, abc, sizeof(abc)),
			TPM_SHA_ERROR);
	run_none(TPM_ORD_SHA1Start);
	run_none(0xfffe);
	KUNIT_EXPECT_EQ(test, run(TPM_TAG_RQU_COMMAND, TPM_ORD_SHA1Complete, abc, sizeof(abc)),
			TPM_SHA_THREAD);
	/* One that is never completed is freed. */
	run_none(TPM_ORD_SHA1Start);
	reset();
}

static void input_buffer_is_the_smaller_one(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test, get_cap(TPM_CAP_PROPERTY, TPM_CAP_PROP_INPUT_BUFFER),
			TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u32(cmd->buf + 14), 1024u);
}

static void denied_ordinal_is_absent(struct kunit *test)
{
	u32 one = 1;

	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test, run_words(TPM_ORD_GetRandom, &one, 1), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, cmd->answer, VTPMB_ANSWER_CHIP);
	KUNIT_EXPECT_EQ(test, vtpmb_policy_set(&vtpm->policy, vtpmb_tpm12.commands,
					       TPM_ORD_GetRandom, VTPMB_POLICY_DENY), 0);
	KUNIT_EXPECT_EQ(test, run_words(TPM_ORD_GetRandom, &one, 1), TPM_BAD_ORDINAL);
	KUNIT_EXPECT_EQ(test, cmd->answer, VTPMB_ANSWER_REFUSED);
	KUNIT_EXPECT_EQ(test, get_cap(TPM_CAP_ORD, TPM_ORD_GetRandom), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, cmd->buf[14], 0);
}

static void set_capability_obeys_presence_and_owner(struct kunit *test)
{
	static const u8 disable[] = { 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 1 };
	static const u8 read_pubek[] = { 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 1 };

	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_EQ(test,
			run(TPM_TAG_RQU_COMMAND, TPM_ORD_SetCapability, disable, sizeof(disable)),
			TPM_AUTHFAIL);
	presence(0x0008);
	KUNIT_EXPECT_EQ(test,
			run(TPM_TAG_RQU_COMMAND, TPM_ORD_SetCapability, disable, sizeof(disable)),
			TPM_SUCCESS);
	KUNIT_EXPECT_TRUE(test, perm(TPM_PF_DISABLE));
	KUNIT_EXPECT_EQ(test, run(TPM_TAG_RQU_COMMAND, TPM_ORD_SetCapability, read_pubek,
				  sizeof(read_pubek)), TPM_AUTHFAIL);
}

static void temporary_deactivation_ends_with_reset(struct kunit *test)
{
	startup(TPM_ST_CLEAR);
	presence(0x0008);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_SetTempDeactivated), TPM_SUCCESS);
	KUNIT_EXPECT_FALSE(test, pcr_is(0, 0));
	KUNIT_EXPECT_EQ(test, cmd->rc, TPM_DEACTIVATED);
	reset();
	startup(TPM_ST_CLEAR);
	KUNIT_EXPECT_TRUE(test, pcr_is(0, 0));
}

static void probe_fails_with_nothing_kept(struct kunit *test)
{
	unsigned int nth;

	vtpmb_tpm12.forget(&fake->port);
	for (nth = 1; nth < 20; nth++) {
		fake->fail_in = nth;
		fake->fail_with = -ETIME;
		KUNIT_EXPECT_EQ(test, vtpmb_tpm12.probe(&fake->port), -EIO);
		KUNIT_EXPECT_NULL(test, fake->port.facts);
	}
	fake->fail_in = 1;
	fake->fail_with = -ENODEV;
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12.probe(&fake->port), -ENODEV);
	fake->nr_perm = 3;
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12.probe(&fake->port), -EIO);
	fake->nr_perm = TPM12_NR_PF;
	KUNIT_ASSERT_EQ(test, vtpmb_tpm12.probe(&fake->port), 0);
}

static void own_chip(struct kunit *test)
{
	vtpmb_tpm12.forget(&fake->port);
	fake->owned = true;
	KUNIT_ASSERT_EQ(test, vtpmb_tpm12.probe(&fake->port), 0);
	startup(TPM_ST_CLEAR);
}

static void session_stays_until_the_host_comes(struct kunit *test)
{
	u64 before;

	own_chip(test);
	before = fake->port.nr_chip_commands;
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_OIAP), TPM_SUCCESS);
	KUNIT_EXPECT_EQ(test, run_none(TPM_ORD_OIAP), TPM_SUCCESS);
	/* Before the first the chip was asked which sessions are the host's. */
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands - before, 3);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12.tidy(vtpm, VTPMB_TIDY_HOST), 0);
	KUNIT_EXPECT_EQ(test, fake->last_code, TPM_ORD_SaveContext);
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands - before, 5);
	KUNIT_EXPECT_EQ(test, vtpmb_tpm12.tidy(vtpm, VTPMB_TIDY_HOST), 0);
	KUNIT_EXPECT_EQ(test, fake->port.nr_chip_commands - before, 5);
	vtpmb_tpm12.tidy(vtpm, VTPMB_TIDY_LOST);
}

static void owner_view_follows_chip_and_administrator(struct kunit *test)
{
	own_chip(test);
	get_cap(TPM_CAP_PROPERTY, TPM_CAP_PROP_OWNER);
	KUNIT_EXPECT_EQ(test, cmd->buf[14], 1);
	KUNIT_EXPECT_TRUE(test, perm(TPM_PF_DISABLEOWNERCLEAR));
	KUNIT_EXPECT_FALSE(test, perm(TPM_PF_READPUBEK));
	set_ownership(VTPMB_OWNERSHIP_NOT_INSTALLABLE);
	get_cap(TPM_CAP_PROPERTY, TPM_CAP_PROP_OWNER);
	KUNIT_EXPECT_EQ(test, cmd->buf[14], 0);
	KUNIT_EXPECT_FALSE(test, perm(TPM_PF_OWNERSHIP));
}

static struct kunit_case tpm12_test_cases[] = {
	KUNIT_CASE(table_is_sorted_and_complete),
	KUNIT_CASE(params_are_walked_as_promised),
	KUNIT_CASE(nothing_works_before_startup),
	KUNIT_CASE(guest_cannot_reset_pcrs_by_startup),
	KUNIT_CASE(reset_raises_the_epoch),
	KUNIT_CASE(resume_needs_saved_state),
	KUNIT_CASE(presence_follows_its_flags),
	KUNIT_CASE(administrators_pin_overrides_the_lock),
	KUNIT_CASE(disabled_comes_before_deactivated),
	KUNIT_CASE(truncated_comes_before_state_before_tag),
	KUNIT_CASE(force_clear_takes_the_guests_owner_only),
	KUNIT_CASE(older_chip_has_fewer_flags),
	KUNIT_CASE(pcrs_obey_the_virtual_locality),
	KUNIT_CASE(sha1_thread_is_the_proxys_and_fragile),
	KUNIT_CASE(input_buffer_is_the_smaller_one),
	KUNIT_CASE(denied_ordinal_is_absent),
	KUNIT_CASE(set_capability_obeys_presence_and_owner),
	KUNIT_CASE(temporary_deactivation_ends_with_reset),
	KUNIT_CASE(probe_fails_with_nothing_kept),
	KUNIT_CASE(session_stays_until_the_host_comes),
	KUNIT_CASE(owner_view_follows_chip_and_administrator),
	{}
};

static struct kunit_suite tpm12_test_suite = {
	.name = "vtpmb_tpm12",
	.init = tpm12_test_init,
	.exit = tpm12_test_exit,
	.test_cases = tpm12_test_cases,
};

kunit_test_suite(tpm12_test_suite);
