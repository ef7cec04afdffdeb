// SPDX-License-Identifier: GPL-2.0-only
/* The chip, virtual TPMs on it as the hub would drive them, and twins. */

/* Another generator than OpenSSL's own: there is no other way for all of a process. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <linux/random.h>
#include <linux/slab.h>
#include <libtpms/tpm_error.h>
#include <libtpms/tpm_library.h>
#include <libtpms/tpm_memory.h>
#include <libtpms/tpm_nvfilename.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "core.h"

#define TRY(cond) do {							\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: harness: %s\n", __FILE__, __LINE__, #cond); \
		abort();						\
	}								\
} while (0)

/* libtpms: its permanent state in memory, locality and presence as told. */

static struct nvram {
	char *name;
	u8 *data;
	u32 len;
} nvram[16];
static u8 chip_locality;
static bool chip_pp;

static struct nvram *nvram_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nvram); i++) {
		if (nvram[i].name && !strcmp(nvram[i].name, name))
			return &nvram[i];
	}
	return NULL;
}

static void nvram_drop(struct nvram *nv)
{
	free(nv->name);
	free(nv->data);
	memset(nv, 0, sizeof(*nv));
}

static TPM_RESULT nvram_init(void)
{
	return TPM_SUCCESS;
}

static TPM_RESULT nvram_load(unsigned char **data, u32 *len, u32 number,
			     const char *name)
{
	const struct nvram *nv = nvram_find(name);

	(void)number;
	if (!nv)
		return TPM_RETRY;
	if (TPM_Malloc(data, nv->len))
		return TPM_FAIL;
	memcpy(*data, nv->data, nv->len);
	*len = nv->len;
	return TPM_SUCCESS;
}

static TPM_RESULT nvram_store(const unsigned char *data, u32 len, u32 number,
			      const char *name)
{
	struct nvram *nv = nvram_find(name);
	unsigned int i;

	(void)number;
	for (i = 0; !nv && i < ARRAY_SIZE(nvram); i++) {
		if (!nvram[i].name) {
			nv = &nvram[i];
			nv->name = strdup(name);
		}
	}
	TRY(nv);
	free(nv->data);
	nv->data = malloc(len);
	memcpy(nv->data, data, len);
	nv->len = len;
	return TPM_SUCCESS;
}

static TPM_RESULT nvram_delete(u32 number, const char *name, TPM_BOOL must)
{
	struct nvram *nv = nvram_find(name);

	(void)number;
	if (!nv)
		return must ? TPM_FAIL : TPM_SUCCESS;
	nvram_drop(nv);
	return TPM_SUCCESS;
}

static TPM_RESULT io_init(void)
{
	return TPM_SUCCESS;
}

/* libtpms wants 1.2's modifier, a number, for both families. */
static TPM_RESULT io_locality(TPM_MODIFIER_INDICATOR *locality, u32 number)
{
	(void)number;
	*locality = chip_locality;
	return TPM_SUCCESS;
}

static TPM_RESULT io_pp(TPM_BOOL *pp, u32 number)
{
	(void)number;
	*pp = chip_pp;
	return TPM_SUCCESS;
}

static struct libtpms_callbacks callbacks = {
	.sizeOfStruct = sizeof(callbacks),
	.tpm_nvram_init = nvram_init,
	.tpm_nvram_loaddata = nvram_load,
	.tpm_nvram_storedata = nvram_store,
	.tpm_nvram_deletename = nvram_delete,
	.tpm_io_init = io_init,
	.tpm_io_getlocality = io_locality,
	.tpm_io_getphysicalpresence = io_pp,
};

static enum core_family chip_family;
static u8 *chip_rsp;
static u32 chip_rsp_cap;

static void chip_power_on(void)
{
	TRY(!TPMLIB_MainInit());
}

/*
 * What libtpms takes for the time after core_seed(): it goes on with each command, so
 * that a run is the same to the last byte.  These take the place of libc's.
 */

#define CHIP_COMMAND_NS	100000ULL

static u64 chip_ns;

int clock_gettime(clockid_t id, struct timespec *now)
{
	if (!chip_ns)
		return syscall(SYS_clock_gettime, id, now);
	now->tv_sec = chip_ns / 1000000000;
	now->tv_nsec = chip_ns % 1000000000;
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec spec;

	if (clock_gettime(CLOCK_REALTIME, &spec))
		return -1;
	now->tv_sec = spec.tv_sec;
	now->tv_usec = spec.tv_nsec / 1000;
	return 0;
}

/* What libtpms takes for random then: splitmix64. */

static u64 chip_chance;

static int chance_bytes(unsigned char *buf, int len)
{
	while (len-- > 0) {
		u64 x = chip_chance += 0x9e3779b97f4a7c15ULL;

		x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
		*buf++ = x >> 56;
	}
	return 1;
}

static int chance_status(void)
{
	return 1;
}

void core_seed(u64 seed)
{
	static const RAND_METHOD chance = {
		.bytes = chance_bytes, .pseudorand = chance_bytes, .status = chance_status,
	};

	chip_chance = seed;
	if (!chip_ns)
		chip_ns = CHIP_COMMAND_NS;
	TRY(RAND_set_rand_method(&chance));
}

/* One command to libtpms, whatever it is. */
static size_t chip_process(const void *cmd, size_t len, u8 *rsp)
{
	u32 rsp_len = 0;

	if (chip_ns)
		chip_ns += CHIP_COMMAND_NS;
	TRY(!TPMLIB_Process(&chip_rsp, &rsp_len, &chip_rsp_cap, (u8 *)cmd, len));
	TRY(rsp_len >= VTPMB_HEADER_SIZE && rsp_len <= VTPMB_BUF_SIZE);
	memcpy(rsp, chip_rsp, rsp_len);
	return rsp_len;
}

void core_raw(const void *cmd, size_t len, struct core_rsp *rsp)
{
	memset(rsp, 0, sizeof(*rsp));
	rsp->len = chip_process(cmd, len, rsp->buf);
	rsp->rc = vtpmb_peek_u32(rsp->buf + 6);
}

void core_raw_hex(const char *hex, struct core_rsp *rsp)
{
	u8 cmd[VTPMB_BUF_SIZE];

	core_raw(cmd, core_hex(cmd, sizeof(cmd), hex), rsp);
}

static void raw_must(const char *hex)
{
	struct core_rsp rsp;

	core_raw_hex(hex, &rsp);
	if (rsp.rc) {
		fprintf(stderr, "harness: %s gives 0x%x\n", hex, rsp.rc);
		abort();
	}
}

static void chip_startup(void)
{
	struct core_rsp rsp;

	if (chip_family == CORE_TPM20) {
		raw_must("8001 ???????? 00000144 0000");
		return;
	}
	raw_must("00c1 ???????? 00000099 0001");
	core_raw_hex("00c1 ???????? 4000000a 0060", &rsp);
	raw_must("00c1 ???????? 4000000a 0008");
	raw_must("00c1 ???????? 0000006f");
	raw_must("00c1 ???????? 00000072 00");
}

void core_chip_cycle(void)
{
	TPMLIB_Terminate();
	chip_power_on();
	chip_startup();
}

void core_chip_locality(u8 locality)
{
	chip_locality = locality;
}

static void chip_start(enum core_family family)
{
	chip_family = family;
	TRY(!TPMLIB_ChooseTPMVersion(family == CORE_TPM20 ? TPMLIB_TPM_VERSION_2 :
							    TPMLIB_TPM_VERSION_1_2));
	TRY(!TPMLIB_RegisterCallbacks(&callbacks));
	chip_power_on();
	chip_startup();
	if (family == CORE_TPM12) {
		/* What was set becomes effective with the next Startup. */
		core_chip_cycle();
		raw_must("00c1 ???????? 00000078"
			 "0000000000000000000000000000000000000000"
			 "00000001 0003 0001 0000000c 00000800 00000002 00000000");
		raw_must("00c1 ???????? 4000000a 0010");
		raw_must("00c1 ???????? 4000000a 0004");
	}
}

/* How many handles GetCapability lists, of the type that @hex asks for. */
static unsigned int raw_count_handles(const char *hex)
{
	struct core_rsp rsp;

	core_raw_hex(hex, &rsp);
	TRY(!rsp.rc);
	return chip_family == CORE_TPM20 ? vtpmb_peek_u32(rsp.buf + 15) :
					   vtpmb_peek_u16(rsp.buf + 14);
}

static u32 raw_property12(const char *hex)
{
	struct core_rsp rsp;

	core_raw_hex(hex, &rsp);
	TRY(!rsp.rc);
	return vtpmb_peek_u32(rsp.buf + 14);
}

bool core_chip_is_empty(void)
{
	if (chip_family == CORE_TPM20)
		return !raw_count_handles("8001 ???????? 0000017a 00000001 80000000 00000040") &&
		       !raw_count_handles("8001 ???????? 0000017a 00000001 02000000 00000040") &&
		       !raw_count_handles("8001 ???????? 0000017a 00000001 03000000 00000040");
	return !raw_count_handles("00c1 ???????? 00000065 00000014 00000004 00000001") &&
	       !raw_count_handles("00c1 ???????? 00000065 00000014 00000004 00000002") &&
	       !raw_count_handles("00c1 ???????? 00000065 00000014 00000004 00000004") &&
	       raw_property12("00c1 ???????? 00000065 00000005 00000004 00000112") ==
	       raw_property12("00c1 ???????? 00000065 00000005 00000004 00000113");
}

/* The port. */

struct vtpmb_port core_port;
unsigned int core_turn = 1;
bool core_host_comes = true;
void (*core_watch)(const u8 *cmd, size_t len);

static struct {
	unsigned int nth;
	int err;
	u32 rc;
	bool done;
	size_t cut;
} fault;

void core_fail_transmit(unsigned int nth, int err)
{
	fault.nth = nth;
	fault.err = err;
	fault.done = false;
	fault.cut = 0;
}

void core_lose_response(unsigned int nth)
{
	core_fail_transmit(nth, -ETIME);
	fault.done = true;
}

void core_fail_chip(unsigned int nth, u32 rc)
{
	fault.nth = nth;
	fault.err = 0;
	fault.rc = rc;
	fault.cut = 0;
}

void core_cut_response(unsigned int nth, size_t len)
{
	core_fail_chip(nth, 0);
	fault.cut = len;
}

static void fail(const struct core_sweep *sweep, enum core_fault fault, unsigned int nth)
{
	switch (fault) {
	case CORE_FAULT_TRANSMIT:
		core_fail_transmit(nth, -ETIME);
		break;
	case CORE_FAULT_CHIP:
		core_fail_chip(nth, sweep->refusals[nth % sweep->nr_refusals]);
		break;
	case CORE_FAULT_ALLOC:
		core_fail_alloc(nth);
	}
}

void core_sweep(const struct core_sweep *sweep, enum core_fault fault)
{
	bool failed = true;
	unsigned int nth;

	core_start(sweep->family);
	for (nth = 1; failed && nth < sweep->nr; nth++) {
		sweep->begin();
		fail(sweep, fault, nth);
		sweep->flow();
		failed = fault != CORE_FAULT_ALLOC || core_alloc_failed();
		core_fail_transmit(0, 0);
		core_fail_alloc(0);
		sweep->end();
	}
	core_stop();
}

static size_t put_error(u8 *rsp, u32 rc)
{
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, rsp, VTPMB_HEADER_SIZE);
	vtpmb_put_u16(&w, chip_family == CORE_TPM20 ? 0x8001 : 0x00c4);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE);
	vtpmb_put_u32(&w, rc);
	return w.len;
}

static int cut(u8 *buf, size_t len)
{
	struct core_rsp rsp;

	core_raw(buf, len, &rsp);
	len = min(rsp.len, fault.cut);
	vtpmb_poke_u32(rsp.buf + 2, len);
	memcpy(buf, rsp.buf, len);
	return len;
}

/*
 * The digest over what the bridge does: each command that the chip gets and each answer
 * that a guest gets, in their order.
 */
static EVP_MD_CTX *digest_ctx;

static void digest_update(char kind, const u8 *bytes, size_t len)
{
	TRY(EVP_DigestUpdate(digest_ctx, &kind, sizeof(kind)));
	TRY(EVP_DigestUpdate(digest_ctx, bytes, len));
}

static void digest_answer(const struct core_rsp *rsp)
{
	u8 err[sizeof(u32)];

	vtpmb_poke_u32(err, rsp->err);
	digest_update('e', err, sizeof(err));
	digest_update('a', rsp->buf, rsp->len);
}

void core_digest_begin(void)
{
	EVP_MD_CTX_free(digest_ctx);
	digest_ctx = EVP_MD_CTX_new();
	TRY(digest_ctx && EVP_DigestInit_ex(digest_ctx, EVP_sha256(), NULL));
}

void core_digest_end(u8 digest[CORE_DIGEST_SIZE])
{
	TRY(EVP_DigestFinal_ex(digest_ctx, digest, NULL));
	EVP_MD_CTX_free(digest_ctx);
	digest_ctx = NULL;
}

void core_digest_print(const char *of)
{
	u8 digest[CORE_DIGEST_SIZE];
	unsigned int i;

	core_digest_end(digest);
	printf("# digest of %s: ", of);
	for (i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
	printf("\n");
}

/* As tpm_transmit_cmd(): RETRY and TESTING are tried again inside. */
static int port_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 len = vtpmb_peek_u32(buf + 2);
	unsigned int tries = 8;
	struct core_rsp rsp;

	/* Nobody may hold a lock across a transmit, or send nonsense. */
	TRY(!shim_nr_held);
	TRY(len >= VTPMB_HEADER_SIZE && len <= VTPMB_BUF_SIZE);
	port->nr_chip_commands++;
	if (core_watch)
		core_watch(buf, len);
	if (digest_ctx)
		digest_update('c', buf, len);
	if (fault.nth && !--fault.nth) {
		if (fault.cut)
			return cut(buf, len);
		if (fault.err && fault.done)
			core_raw(buf, len, &rsp);
		/* The core's buffer is undefined after an error. */
		memset(buf, 0xee, VTPMB_BUF_SIZE);
		return fault.err ? fault.err : (int)put_error(buf, fault.rc);
	}
	do
		core_raw(buf, len, &rsp);
	while ((rsp.rc == 0x922 || rsp.rc == 0x90a) && --tries);
	TRY(rsp.len == vtpmb_peek_u32(rsp.buf + 2));
	memcpy(buf, rsp.buf, rsp.len);
	return rsp.len;
}

void core_start(enum core_family family)
{
	u8 key[32];

	chip_start(family);
	memset(&core_port, 0, sizeof(core_port));
	core_port.family = family == CORE_TPM20 ? &vtpmb_tpm20 : &vtpmb_tpm12;
	core_port.transmit = port_transmit;
	core_port.policy_pcr = 16;
	core_port.attest_pcr = 23;
	core_port.scratch = kmalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	get_random_bytes(key, sizeof(key));
	TRY(!vtpmb_hash_init());
	TRY(!vtpmb_mac_open(&core_port.mac));
	TRY(!vtpmb_mac_set_key(&core_port.mac, key, sizeof(key)));
	TRY(!vtpmb_mac_open(&core_port.policy_mac));
	TRY(!vtpmb_ecdh_open(&core_port.ecdh));
	core_forbid_transforms(true);
	TRY(!core_port.family->probe(&core_port));
}

void core_probe(void)
{
	core_port.family->forget(&core_port);
	TRY(!core_port.family->probe(&core_port));
}

static void chip_stop(void)
{
	unsigned int i;

	TPMLIB_Terminate();
	for (i = 0; i < ARRAY_SIZE(nvram); i++)
		nvram_drop(&nvram[i]);
	TPM_Free(chip_rsp);
	chip_rsp = NULL;
	chip_rsp_cap = 0;
}

void core_stop(void)
{
	core_end_turn();
	core_port.family->forget(&core_port);
	core_forbid_transforms(false);
	vtpmb_ecdh_close(&core_port.ecdh);
	vtpmb_mac_close(&core_port.policy_mac);
	vtpmb_mac_close(&core_port.mac);
	vtpmb_hash_exit();
	kfree(core_port.scratch);
	chip_stop();
}

/* Virtual TPMs, and the turns that the hub would give them. */

static struct vtpmb_vtpm *turn_of;
/* The one of the last turn may be gone, and of it only the port counts. */
static struct vtpmb_vtpm nobody = { .port = &core_port };
static unsigned int turn_len;

static void change_turn(bool host_comes)
{
	const struct vtpmb_family *family = core_port.family;
	struct vtpmb_vtpm *vtpm = turn_of;

	turn_of = NULL;
	turn_len = 0;
	if (vtpm)
		family->tidy(vtpm, VTPMB_TIDY_TURN);
	if (host_comes)
		family->tidy(vtpm ?: &nobody, VTPMB_TIDY_HOST);
}

void core_end_turn(void)
{
	change_turn(true);
}

struct vtpmb_vtpm *core_new(void)
{
	struct vtpmb_vtpm *vtpm = calloc(1, sizeof(*vtpm));
	static u32 id;

	vtpm->port = &core_port;
	mutex_init(&vtpm->lock);
	vtpm->id = ++id;
	if (core_port.family->create(vtpm)) {
		free(vtpm);
		return NULL;
	}
	core_reset(vtpm);
	return vtpm;
}

void core_free(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_family *family = vtpm->port->family;

	core_off(vtpm);
	if (turn_of == vtpm)
		change_turn(true);
	family->tidy(vtpm, VTPMB_TIDY_END);
	family->tidy(vtpm, VTPMB_TIDY_LOST);
	family->destroy(vtpm);
	vtpmb_store_close(vtpm);
	mutex_destroy(&vtpm->lock);
	free(vtpm);
}

void core_reset(struct vtpmb_vtpm *vtpm)
{
	mutex_lock(&vtpm->lock);
	vtpm->port->family->power(vtpm, VTPMB_POWER_RESET);
	mutex_unlock(&vtpm->lock);
}

void core_reset_powered(struct vtpmb_vtpm *vtpm)
{
	mutex_lock(&vtpm->lock);
	vtpm->port->family->power(vtpm, VTPMB_POWER_RESET);
	vtpm->port->family->power(vtpm, VTPMB_POWER_STARTUP);
	mutex_unlock(&vtpm->lock);
}

void core_off(struct vtpmb_vtpm *vtpm)
{
	mutex_lock(&vtpm->lock);
	vtpm->port->family->power(vtpm, VTPMB_POWER_OFF);
	mutex_unlock(&vtpm->lock);
}

void core_policy(struct vtpmb_vtpm *vtpm, u32 code, enum vtpmb_policy_verb verb)
{
	mutex_lock(&vtpm->lock);
	TRY(!vtpmb_policy_set(&vtpm->policy, vtpm->port->family->commands, code, verb));
	mutex_unlock(&vtpm->lock);
}

void core_grant(struct vtpmb_vtpm *vtpm, enum vtpmb_range_kind kind, u32 first, u32 last)
{
	mutex_lock(&vtpm->lock);
	vtpm->range[kind] = (struct vtpmb_range) { first, last };
	vtpm->grants++;
	mutex_unlock(&vtpm->lock);
}

void core_set(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, u64 value)
{
	TRY(!vtpmb_setting_check(vtpm, nr, value));
	mutex_lock(&vtpm->lock);
	vtpmb_setting_set(vtpm, nr, value);
	mutex_unlock(&vtpm->lock);
}

void core_set_bytes(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, const void *bytes,
		    size_t len)
{
	TRY(vtpmb_setting_exists(vtpm, nr));
	mutex_lock(&vtpm->lock);
	vtpmb_setting_set_bytes(vtpm, nr, bytes, len);
	mutex_unlock(&vtpm->lock);
}

u64 core_get(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr)
{
	u64 value;

	mutex_lock(&vtpm->lock);
	value = vtpmb_setting_get(vtpm, nr);
	mutex_unlock(&vtpm->lock);
	return value;
}

static int hub_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	const struct vtpmb_family *family = vtpm->port->family;
	int err = 0;

	if (turn_of && turn_of != vtpm)
		change_turn(core_host_comes);
	turn_of = vtpm;
	if (family->is_stale(vtpm))
		err = family->tidy(vtpm, VTPMB_TIDY_STALE);
	if (!err)
		err = family->execute(vtpm, cmd);
	if (core_turn && ++turn_len >= core_turn)
		change_turn(core_host_comes);
	return err;
}

void (*core_waits)(struct vtpmb_vtpm *vtpm);

void core_send(struct vtpmb_vtpm *vtpm, const void *bytes, size_t len,
	       struct core_rsp *rsp)
{
	u64 before = core_port.nr_chip_commands;
	struct vtpmb_cmd cmd = { .len = len };

	TRY(len >= 6 && len <= VTPMB_BUF_SIZE);
	memset(rsp, 0, sizeof(*rsp));

	/* Memory of its own, full of an older command, so that ASan sees. */
	cmd.buf = malloc(VTPMB_BUF_SIZE);
	memset(cmd.buf, 0x5a, VTPMB_BUF_SIZE);
	cmd.call = malloc(vtpm->port->family->call_size);
	memset(cmd.call, 0x5a, vtpm->port->family->call_size);
	memcpy(cmd.buf, bytes, len);
	TRY(vtpmb_peek_u32(cmd.buf + 2) <= len);

	mutex_lock(&vtpm->lock);
	vtpmb_store_mark(vtpm, &cmd.mark);
	vtpm->port->family->receive(vtpm, &cmd);
	mutex_unlock(&vtpm->lock);
	TRY(!shim_nr_held);
	if (core_waits)
		core_waits(vtpm);
	if (cmd.answer == VTPMB_ANSWER_CHIP)
		rsp->err = hub_execute(vtpm, &cmd);
	if (!vtpmb_store_is_current(vtpm) && vtpmb_store_commit(vtpm, &cmd.mark) && !rsp->err)
		vtpm->port->family->unstored(&cmd);
	TRY(!shim_nr_held);
	TRY(rsp->err <= 0);

	rsp->answer = cmd.answer;
	rsp->nr_chip_commands = core_port.nr_chip_commands - before;
	rsp->failed_code = cmd.failed_code;
	if (!rsp->err) {
		TRY(cmd.len >= VTPMB_HEADER_SIZE && cmd.len <= VTPMB_BUF_SIZE);
		TRY(cmd.len == vtpmb_peek_u32(cmd.buf + 2));
		TRY(cmd.rc == vtpmb_peek_u32(cmd.buf + 6));
		memcpy(rsp->buf, cmd.buf, cmd.len);
		rsp->len = cmd.len;
		rsp->rc = cmd.rc;
	}
	if (digest_ctx)
		digest_answer(rsp);
	free(cmd.call);
	free(cmd.buf);
}

void core_send_hex(struct vtpmb_vtpm *vtpm, const char *hex,
		   struct core_rsp *rsp)
{
	u8 cmd[VTPMB_BUF_SIZE];

	core_send(vtpm, cmd, core_hex(cmd, sizeof(cmd), hex), rsp);
}

/* Twins: one letter, then bytes; the answer the same way round. */

struct core_twin {
	pid_t pid;
	int sock;
};

/* The exit status of a life that another is to follow. */
#define TWIN_AGAIN	42

static void twin_serve(int sock)
{
	u8 msg[VTPMB_BUF_SIZE + 1];
	ssize_t len;

	for (;;) {
		len = recv(sock, msg, sizeof(msg), 0);
		if (len < 1)
			return;
		switch (msg[0]) {
		case 'c':
			len = 1 + chip_process(msg + 1, len - 1, msg + 1);
			break;
		case 'a':
			_exit(TWIN_AGAIN);
		case 'r':
			TPMLIB_Terminate();
			chip_power_on();
			break;
		case 'l':
			chip_locality = msg[1];
			break;
		case 'p':
			chip_pp = msg[1];
			break;
		case 's':
			core_seed(vtpmb_peek_u32(msg + 1));
			break;
		}
		TRY(send(sock, msg, len, MSG_NOSIGNAL) == len);
	}
}

/*
 * A TPM 1.2 makes keys to test itself whenever it gets power.  So a twin gets
 * it once, and each of its lives is a fork from there.
 */
static void twin_live(int sock)
{
	u8 first = 0;
	int status;
	pid_t pid;

	chip_power_on();
	for (;;) {
		pid = fork();
		TRY(pid >= 0);
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			TRY(send(sock, &first, 1, MSG_NOSIGNAL) == 1);
			twin_serve(sock);
			_exit(0);
		}
		TRY(waitpid(pid, &status, 0) == pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != TWIN_AGAIN)
			_exit(status ? 1 : 0);
	}
}

struct core_twin *core_twin_new(void)
{
	struct core_twin *twin = calloc(1, sizeof(*twin));
	int pair[2];
	u8 first;

	fflush(NULL);
	TRY(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	twin->pid = fork();
	TRY(twin->pid >= 0);
	if (!twin->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(0);
		close(pair[0]);
		TPMLIB_Terminate();
		chip_locality = 0;
		twin_live(pair[1]);
	}
	close(pair[1]);
	twin->sock = pair[0];
	TRY(recv(twin->sock, &first, 1, 0) == 1);
	return twin;
}

void core_twin_free(struct core_twin *twin)
{
	int status;

	close(twin->sock);
	TRY(waitpid(twin->pid, &status, 0) == twin->pid);
	TRY(!status);
	free(twin);
}

static size_t twin_ask(struct core_twin *twin, char verb, const void *bytes,
		       size_t len, u8 *answer)
{
	u8 msg[VTPMB_BUF_SIZE + 1];
	ssize_t got;

	TRY(len <= VTPMB_BUF_SIZE);
	msg[0] = verb;
	memcpy(msg + 1, bytes, len);
	TRY(send(twin->sock, msg, len + 1, MSG_NOSIGNAL) == (ssize_t)len + 1);
	got = recv(twin->sock, msg, sizeof(msg), 0);
	TRY(got >= 1);
	if (answer)
		memcpy(answer, msg + 1, got - 1);
	return got - 1;
}

void core_twin_reset(struct core_twin *twin)
{
	twin_ask(twin, 'r', "", 0, NULL);
}

void core_twin_again(struct core_twin *twin)
{
	twin_ask(twin, 'a', "", 0, NULL);
}

void core_twin_seed(struct core_twin *twin, u32 seed)
{
	u8 val[4];

	vtpmb_poke_u32(val, seed);
	twin_ask(twin, 's', val, sizeof(val), NULL);
}

void core_twin_locality(struct core_twin *twin, u8 locality)
{
	twin_ask(twin, 'l', &locality, 1, NULL);
}

void core_twin_pp(struct core_twin *twin, bool pp)
{
	u8 val = pp;

	twin_ask(twin, 'p', &val, 1, NULL);
}

void core_twin_send(struct core_twin *twin, const void *cmd, size_t len,
		    struct core_rsp *rsp)
{
	memset(rsp, 0, sizeof(*rsp));
	rsp->len = twin_ask(twin, 'c', cmd, len, rsp->buf);
	rsp->rc = vtpmb_peek_u32(rsp->buf + 6);
}

void core_twin_send_hex(struct core_twin *twin, const char *hex,
			struct core_rsp *rsp)
{
	u8 cmd[VTPMB_BUF_SIZE];

	core_twin_send(twin, cmd, core_hex(cmd, sizeof(cmd), hex), rsp);
}

/* Text. */

size_t core_hex(u8 *buf, size_t cap, const char *hex)
{
	bool fill = false;
	size_t nibbles = 0;

	for (; *hex; hex++) {
		u8 digit = 0;

		if (isspace((unsigned char)*hex))
			continue;
		if (*hex == '?')
			fill = true;
		else if (isdigit((unsigned char)*hex))
			digit = *hex - '0';
		else if (isxdigit((unsigned char)*hex))
			digit = tolower((unsigned char)*hex) - 'a' + 10;
		else
			TRY(!"a hex digit");
		TRY(nibbles / 2 < cap);
		if (nibbles % 2)
			buf[nibbles / 2] |= digit;
		else
			buf[nibbles / 2] = digit << 4;
		nibbles++;
	}
	TRY(nibbles % 2 == 0);
	if (fill)
		vtpmb_poke_u32(buf + 2, nibbles / 2);
	return nibbles / 2;
}

void core_dump(const char *what, const void *bytes, size_t len)
{
	const u8 *at = bytes;
	size_t i;

	printf("#   %s (%zu):", what, len);
	for (i = 0; i < len; i++)
		printf("%s%02x", i % 4 ? "" : " ", at[i]);
	printf("\n");
}

/* TPM 1.2: what a user encrypts for a TPM. */

static EVP_PKEY *rsa_key(const u8 *pub, size_t pub_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = BN_bin2bn(pub, pub_len, NULL), *e = BN_new();
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	BN_set_word(e, 65537);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(bld);
	TRY(EVP_PKEY_fromdata_init(ctx) > 0);
	TRY(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) > 0);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	return key;
}

static size_t rsa_encrypt(const u8 *pub, size_t pub_len, int padding, const u8 *data,
			  size_t len, u8 *out)
{
	EVP_PKEY *key = rsa_key(pub, pub_len);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t out_len = pub_len;

	TRY(EVP_PKEY_encrypt_init(ctx) > 0);
	TRY(EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0);
	if (padding == RSA_PKCS1_OAEP_PADDING)
		TRY(EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, OPENSSL_memdup("TCPA", 4), 4) > 0);
	TRY(EVP_PKEY_encrypt(ctx, out, &out_len, data, len) > 0);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return out_len;
}

size_t core_encrypt_oaep(const u8 *pub, size_t pub_len, const u8 *data, size_t len, u8 *out)
{
	return rsa_encrypt(pub, pub_len, RSA_PKCS1_OAEP_PADDING, data, len, out);
}

size_t core_encrypt_pkcs1(const u8 *pub, size_t pub_len, const u8 *data, size_t len, u8 *out)
{
	return rsa_encrypt(pub, pub_len, RSA_PKCS1_PADDING, data, len, out);
}

/* TPM 1.2: TakeOwnership, as a host's administrator would. */

#define NONCE "0000000000000000000000000000000000000000"

void core_take_ownership(const u8 *owner, const u8 *srk)
{
	static const u8 srk_params[] = {
		1, 1, 0, 0, 0, 0x11, 0, 0, 0, 0, 1,
		0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12, 0, 0, 8, 0, 0, 0, 0, 2, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	u8 modulus[256], cmd[1024], secret[256], mac[20 + 41];
	struct vtpmb_writer w;
	struct core_rsp rsp;
	u8 handle[4];

	core_raw_hex("00c1 ???????? 0000007c " NONCE, &rsp);
	TRY(!rsp.rc);
	memcpy(modulus, rsp.buf + 10 + 24 + 4, 256);

	vtpmb_writer_init(&w, cmd, sizeof(cmd));
	vtpmb_put_u16(&w, 0x00c2);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, 0x0000000d);
	vtpmb_put_u16(&w, 5);
	vtpmb_put_u32(&w, core_encrypt_oaep(modulus, 256, owner, 20, secret));
	vtpmb_put_bytes(&w, secret, sizeof(secret));
	vtpmb_put_u32(&w, core_encrypt_oaep(modulus, 256, srk, 20, secret));
	vtpmb_put_bytes(&w, secret, sizeof(secret));
	vtpmb_put_bytes(&w, srk_params, sizeof(srk_params));
	SHA1(cmd + 6, w.len - 6, mac);

	core_raw_hex("00c1 ???????? 0000000a", &rsp);
	TRY(!rsp.rc);
	memcpy(handle, rsp.buf + 10, 4);
	memcpy(mac + 20, rsp.buf + 14, 20);
	memset(mac + 40, 0, 21);
	vtpmb_put_bytes(&w, handle, 4);
	vtpmb_put_bytes(&w, mac + 40, 21);
	HMAC(EVP_sha1(), owner, 20, mac, sizeof(mac), secret, NULL);
	vtpmb_put_bytes(&w, secret, 20);
	vtpmb_poke_u32(cmd + 2, w.len);
	core_raw(cmd, w.len, &rsp);
	TRY(!rsp.rc);
}

/* TAP. */

static unsigned int nr_failures;

void core_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	nr_failures++;
	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

unsigned int core_nr_failures(void)
{
	return nr_failures;
}

size_t core_running;

/* Arguments are names of tests to run; none: all of them. */
int core_run(const struct core_test *tests, size_t nr, int argc, char **argv)
{
	size_t i, nr_run = 0, nr_failed = 0;
	int arg;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", argc > 1 ? (size_t)argc - 1 : nr);
	for (i = 0; i < nr; i++) {
		for (arg = 1; arg < argc && strcmp(argv[arg], tests[i].name); arg++)
			;
		if (argc > 1 && arg == argc)
			continue;
		nr_failures = 0;
		core_running = i;
		alarm(300);
		tests[i].run();
		alarm(0);
		nr_failed += nr_failures > 0;
		printf("%s %zu - %s\n", nr_failures ? "not ok" : "ok", ++nr_run,
		       tests[i].name);
	}
	printf("# %zu run, %zu failed\n", nr_run, nr_failed);
	return nr_failed || nr_run != (argc > 1 ? (size_t)argc - 1 : nr);
}

/* libtpms keeps some memory at its end; ours is what is looked at. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libtpms.so\n";
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=1:strict_string_checks=1";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "halt_on_error=1:print_stacktrace=1";
}
