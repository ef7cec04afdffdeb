// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users of a TPM 2.0, one thread each, who do the same thing again and again.
 *
 *	client [-n OPERATIONS] [-b BURST] WORKLOAD DOOR...
 *
 * A door is a device node, or what a TCTI of tpm2-tss is called ("tabrmd:...").
 * When all have made their keys it says "ready"; a line on stdin starts them;
 * then it says how many commands and microseconds it took, and ends at the
 * next line.  With -b each rests for a while after so many operations.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUF_SIZE	4096
#define DIGEST_SIZE	32
#define MAX_CLIENTS	16
#define MAX_HANDLES	8
#define REST_US		30000

#define ST_NO_SESSIONS	0x8001
#define ST_SESSIONS	0x8002
#define ST_HASHCHECK	0x8024
#define RH_OWNER	0x40000001
#define RH_NULL		0x40000007
#define RS_PW		0x40000009
#define ALG_SHA256	0x000B
#define ALG_NULL	0x0010
#define ALG_ECDSA	0x0018
#define ALG_ECC		0x0023
#define SE_HMAC		0x00
#define SE_POLICY	0x01
#define RC_INITIALIZE	0x100

#define CC_CREATE_PRIMARY	0x131
#define CC_STARTUP		0x144
#define CC_CREATE		0x153
#define CC_LOAD			0x157
#define CC_SIGN			0x15D
#define CC_FLUSH_CONTEXT	0x165
#define CC_POLICY_COMMAND_CODE	0x16C
#define CC_START_AUTH_SESSION	0x176
#define CC_GET_CAPABILITY	0x17A
#define CC_GET_RANDOM		0x17B
#define CC_PCR_READ		0x17E

/* fixedTPM, fixedParent, sensitiveDataOrigin; userWithAuth; sign; restricted, decrypt */
#define ATTRIBUTES	0x00000032
#define USER_WITH_AUTH	0x00000040
#define SIGN		0x00040000
#define STORAGE		0x00030000

/* What tpm2-tss calls TSS2_TCTI_CONTEXT_COMMON_V1, as far as it is used here. */
struct tcti {
	uint64_t magic;
	uint64_t version;
	uint32_t (*transmit)(struct tcti *tcti, size_t size, const uint8_t *command);
	uint32_t (*receive)(struct tcti *tcti, size_t *size, uint8_t *response, int32_t timeout);
	void (*finalize)(struct tcti *tcti);
};

/* An object or session in the TPM. */
struct key {
	uint32_t handle;
	uint8_t name[2 + DIGEST_SIZE];
};

struct session {
	uint32_t handle;
	uint8_t nonce[DIGEST_SIZE];
};

struct client {
	unsigned int number;
	const char *door;
	int fd;
	struct tcti *tcti;
	uint8_t buf[BUF_SIZE];
	size_t len;
	unsigned int nr_commands;
	struct key parent;
	struct key key;
	struct session session;
	uint32_t made[MAX_HANDLES];
	unsigned int nr_made;
	pthread_t thread;
};

struct workload {
	const char *name;
	void (*setup)(struct client *c);
	void (*operate)(struct client *c, unsigned int i);
};

static const char word[] = "word";
static const struct workload *workload;
static unsigned int nr_operations = 30, burst;
static pthread_barrier_t barrier;

static void die(const struct client *c, const char *what, long why)
{
	fprintf(stderr, "client %u, %s: %s: 0x%lx\n", c->number, c->door, what, why);
	exit(1);
}

/* ---- bytes ---------------------------------------------------------------- */

static void put(struct client *c, const void *bytes, size_t len)
{
	if (c->len + len > BUF_SIZE)
		die(c, "too long", len);
	memcpy(c->buf + c->len, bytes, len);
	c->len += len;
}

static void put8(struct client *c, uint8_t val)
{
	put(c, &val, 1);
}

static void put16(struct client *c, uint16_t val)
{
	put8(c, val >> 8);
	put8(c, val);
}

static void put32(struct client *c, uint32_t val)
{
	put16(c, val >> 16);
	put16(c, val);
}

static void put_2b(struct client *c, const void *bytes, uint16_t len)
{
	put16(c, len);
	put(c, bytes, len);
}

static void set16(struct client *c, size_t at, uint16_t val)
{
	c->buf[at] = val >> 8;
	c->buf[at + 1] = val;
}

static uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void sha256(uint8_t *out, const void *one, size_t one_len,
		   const void *two, size_t two_len, const void *three, size_t three_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	EVP_DigestUpdate(ctx, one, one_len);
	EVP_DigestUpdate(ctx, two, two_len);
	EVP_DigestUpdate(ctx, three, three_len);
	EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
}

/* ---- doors ---------------------------------------------------------------- */

static void open_tcti(struct client *c)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	uint32_t (*initialize)(const char *name, struct tcti **tcti);
	void *loader = dlopen("libtss2-tctildr.so.0", RTLD_NOW);
	uint32_t rc;

	if (!loader)
		die(c, "no libtss2-tctildr", 0);
	*(void **)&initialize = dlsym(loader, "Tss2_TctiLdr_Initialize");
	pthread_mutex_lock(&one);
	rc = initialize(c->door, &c->tcti);
	pthread_mutex_unlock(&one);
	if (rc)
		die(c, "no such TCTI", rc);
}

static void open_door(struct client *c)
{
	if (c->door[0] != '/') {
		open_tcti(c);
		return;
	}
	c->fd = open(c->door, O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		die(c, "open", errno);
}

static void transfer(struct client *c)
{
	ssize_t len = BUF_SIZE;
	size_t size = BUF_SIZE;

	if (c->tcti) {
		if (c->tcti->transmit(c->tcti, c->len, c->buf) ||
		    c->tcti->receive(c->tcti, &size, c->buf, -1))
			die(c, "TCTI", 0);
		len = size;
	} else {
		if (write(c->fd, c->buf, c->len) != (ssize_t)c->len)
			die(c, "write", errno);
		len = read(c->fd, c->buf, BUF_SIZE);
	}
	if (len < 10)
		die(c, "no response", len);
	c->len = len;
	c->nr_commands++;
}

/* ---- commands ------------------------------------------------------------- */

static void begin(struct client *c, uint16_t tag, uint32_t code)
{
	c->len = 0;
	put16(c, tag);
	put32(c, 0);
	put32(c, code);
}

static uint32_t ask(struct client *c)
{
	c->buf[2] = 0;
	c->buf[3] = 0;
	set16(c, 4, c->len);
	transfer(c);
	return get32(c->buf + 6);
}

static void need(struct client *c, const char *what)
{
	uint32_t rc = ask(c);

	if (rc)
		die(c, what, rc);
}

static void put_password(struct client *c, const char *password)
{
	put32(c, 9 + strlen(password));
	put32(c, RS_PW);
	put16(c, 0);
	put8(c, 0);
	put_2b(c, password, strlen(password));
}

static void put_public(struct client *c, uint32_t attributes, const uint8_t *policy,
		       uint16_t policy_len, uint8_t unique)
{
	size_t at = c->len;

	put16(c, 0);
	put16(c, ALG_ECC);
	put16(c, ALG_SHA256);
	put32(c, attributes);
	put_2b(c, policy, policy_len);
	if (attributes & STORAGE) {
		put16(c, 0x0006);	/* AES-128-CFB */
		put16(c, 128);
		put16(c, 0x0043);
		put16(c, ALG_NULL);
	} else {
		put16(c, ALG_NULL);
		put16(c, ALG_ECDSA);
		put16(c, ALG_SHA256);
	}
	put16(c, 0x0003);		/* NIST P-256 */
	put16(c, ALG_NULL);
	put_2b(c, &unique, 1);
	put16(c, 0);
	set16(c, at, c->len - at - 2);
}

/* inSensitive, inPublic, outsideInfo, creationPCR */
static void put_template(struct client *c, const char *password, uint32_t attributes,
			 const uint8_t *policy, uint16_t policy_len, uint8_t unique)
{
	put16(c, 4 + strlen(password));
	put_2b(c, password, strlen(password));
	put16(c, 0);
	put_public(c, attributes, policy, policy_len, unique);
	put16(c, 0);
	put32(c, 0);
}

static void made(struct client *c, struct key *key, const uint8_t *name)
{
	key->handle = get32(c->buf + 10);
	if (name)
		memcpy(key->name, name + 2, sizeof(key->name));
	c->made[c->nr_made++] = key->handle;
}

/* A size, then so many bytes. */
static const uint8_t *skip(const uint8_t *at)
{
	return at + 2 + get16(at);
}

static void create_primary(struct client *c, struct key *key, const char *password,
			   uint32_t attributes, const uint8_t *policy, uint16_t policy_len,
			   uint8_t unique)
{
	const uint8_t *at;

	begin(c, ST_SESSIONS, CC_CREATE_PRIMARY);
	put32(c, RH_OWNER);
	put_password(c, "");
	put_template(c, password, attributes, policy, policy_len, unique);
	need(c, "CreatePrimary");
	at = skip(c->buf + 18);			/* outPublic */
	at = skip(skip(at));			/* creationData, creationHash */
	at = skip(at + 6);			/* creationTicket */
	made(c, key, at);
}

static void create_child(struct client *c, const char *password)
{
	uint8_t blobs[BUF_SIZE];
	const uint8_t *end;
	size_t len;

	begin(c, ST_SESSIONS, CC_CREATE);
	put32(c, c->parent.handle);
	put_password(c, "");
	put_template(c, password, ATTRIBUTES | USER_WITH_AUTH | SIGN, NULL, 0, 0);
	need(c, "Create");
	end = skip(skip(c->buf + 14));		/* outPrivate, outPublic */
	len = end - (c->buf + 14);
	memcpy(blobs, c->buf + 14, len);

	begin(c, ST_SESSIONS, CC_LOAD);
	put32(c, c->parent.handle);
	put_password(c, "");
	put(c, blobs, len);
	need(c, "Load");
	made(c, &c->key, c->buf + 18);
}

static void start_session(struct client *c, uint8_t type)
{
	uint8_t nonce[DIGEST_SIZE] = { 1 };
	struct key key;

	begin(c, ST_NO_SESSIONS, CC_START_AUTH_SESSION);
	put32(c, RH_NULL);
	put32(c, RH_NULL);
	put_2b(c, nonce, sizeof(nonce));
	put16(c, 0);
	put8(c, type);
	put16(c, ALG_NULL);
	put16(c, ALG_SHA256);
	need(c, "StartAuthSession");
	made(c, &key, NULL);
	c->session.handle = key.handle;
	memcpy(c->session.nonce, c->buf + 16, DIGEST_SIZE);
}

static void put_sign_parameters(struct client *c)
{
	static const uint8_t digest[DIGEST_SIZE] = "what is signed";

	put_2b(c, digest, sizeof(digest));
	put16(c, ALG_NULL);
	put16(c, ST_HASHCHECK);
	put32(c, RH_NULL);
	put16(c, 0);
}

static void sign(struct client *c, unsigned int i)
{
	begin(c, ST_SESSIONS, CC_SIGN);
	put32(c, c->key.handle);
	put_password(c, "");
	put_sign_parameters(c);
	need(c, "Sign");
}

/* HMAC of cpHash, nonceCaller, nonceTPM, attributes; the key is the authValue. */
static void session_hmac(struct client *c, const uint8_t *nonce, uint8_t attributes,
			 const uint8_t *params, size_t params_len, uint8_t *hmac)
{
	static const uint8_t code[] = { 0, 0, CC_SIGN >> 8, CC_SIGN & 0xff };
	uint8_t text[3 * DIGEST_SIZE + 1];

	sha256(text, code, sizeof(code), c->key.name, sizeof(c->key.name), params, params_len);
	memcpy(text + DIGEST_SIZE, nonce, DIGEST_SIZE);
	memcpy(text + 2 * DIGEST_SIZE, c->session.nonce, DIGEST_SIZE);
	text[3 * DIGEST_SIZE] = attributes;
	HMAC(EVP_sha256(), word, strlen(word), text, sizeof(text), hmac, NULL);
}

static void sign_in_session(struct client *c, unsigned int i)
{
	uint8_t nonce[DIGEST_SIZE], *hmac, params[128];
	size_t len;

	c->len = 0;
	put_sign_parameters(c);
	len = c->len;
	memcpy(params, c->buf, len);

	memset(nonce, i, sizeof(nonce));
	begin(c, ST_SESSIONS, CC_SIGN);
	put32(c, c->key.handle);
	put32(c, 4 + 2 + DIGEST_SIZE + 1 + 2 + DIGEST_SIZE);
	put32(c, c->session.handle);
	put_2b(c, nonce, sizeof(nonce));
	put8(c, 1);
	put16(c, DIGEST_SIZE);
	hmac = c->buf + c->len;
	c->len += DIGEST_SIZE;
	session_hmac(c, nonce, 1, params, len, hmac);
	put(c, params, len);
	need(c, "Sign in a session");
	memcpy(c->session.nonce, c->buf + 14 + get32(c->buf + 10) + 2, DIGEST_SIZE);
}

static void sign_by_policy(struct client *c, unsigned int i)
{
	begin(c, ST_NO_SESSIONS, CC_POLICY_COMMAND_CODE);
	put32(c, c->session.handle);
	put32(c, CC_SIGN);
	need(c, "PolicyCommandCode");

	begin(c, ST_SESSIONS, CC_SIGN);
	put32(c, c->key.handle);
	put32(c, 9);
	put32(c, c->session.handle);
	put16(c, 0);
	put8(c, 1);
	put16(c, 0);
	put_sign_parameters(c);
	need(c, "Sign by policy");
}

static void read_pcr(struct client *c, unsigned int i)
{
	begin(c, ST_NO_SESSIONS, CC_PCR_READ);
	put32(c, 1);
	put16(c, ALG_SHA256);
	put(c, "\3\1\0", 4);
	need(c, "PCR_Read");
}

static void ask_little(struct client *c, unsigned int i)
{
	if (i % 3 == 0) {
		begin(c, ST_NO_SESSIONS, CC_GET_CAPABILITY);
		put32(c, 6);
		put32(c, 0x100);
		put32(c, 1);
		need(c, "GetCapability");
	} else if (i % 3 == 1) {
		begin(c, ST_NO_SESSIONS, CC_GET_RANDOM);
		put16(c, 16);
		need(c, "GetRandom");
	} else {
		read_pcr(c, i);
	}
}

/* ---- workloads ------------------------------------------------------------ */

static void with_nothing(struct client *c)
{
}

static void with_three(struct client *c)
{
	struct key key;
	int i;

	for (i = 0; i < 3; i++)
		create_primary(c, &key, "", ATTRIBUTES | USER_WITH_AUTH | SIGN, NULL, 0, i);
}

static void with_primary(struct client *c)
{
	create_primary(c, &c->key, "", ATTRIBUTES | USER_WITH_AUTH | SIGN, NULL, 0, c->number);
}

static void with_child(struct client *c)
{
	create_primary(c, &c->parent, "", ATTRIBUTES | USER_WITH_AUTH | STORAGE, NULL, 0, 0);
	create_child(c, "");
}

static void with_idle_session(struct client *c)
{
	with_primary(c);
	start_session(c, SE_HMAC);
}

static void with_session(struct client *c)
{
	create_primary(c, &c->key, word, ATTRIBUTES | USER_WITH_AUTH | SIGN, NULL, 0, c->number);
	start_session(c, SE_HMAC);
}

static void with_child_and_session(struct client *c)
{
	create_primary(c, &c->parent, "", ATTRIBUTES | USER_WITH_AUTH | STORAGE, NULL, 0, 0);
	create_child(c, word);
	start_session(c, SE_HMAC);
}

static void with_policy(struct client *c)
{
	static const uint8_t nothing[DIGEST_SIZE];
	static const uint8_t step[] = { 0, 0, 0x01, 0x6C, 0, 0, 0x01, 0x5D };
	uint8_t policy[DIGEST_SIZE];

	sha256(policy, nothing, sizeof(nothing), step, sizeof(step), NULL, 0);
	create_primary(c, &c->key, "", ATTRIBUTES | SIGN, policy, sizeof(policy), c->number);
	start_session(c, SE_POLICY);
}

static const struct workload workloads[] = {
	{ "little", with_nothing, ask_little },
	{ "pcr-read", with_three, read_pcr },
	{ "sign", with_primary, sign },
	{ "child", with_child, sign },
	{ "idle-session", with_idle_session, sign },
	{ "session", with_session, sign_in_session },
	{ "child-session", with_child_and_session, sign_in_session },
	{ "policy", with_policy, sign_by_policy },
};

static const struct workload *find_workload(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	}
	fprintf(stderr, "client: no workload %s\n", name);
	exit(2);
}

static void start(struct client *c)
{
	uint32_t rc;

	open_door(c);
	begin(c, ST_NO_SESSIONS, CC_STARTUP);
	put16(c, 0);
	rc = ask(c);
	/* A resource manager may not let it pass. */
	if (rc && rc != RC_INITIALIZE && !c->tcti)
		die(c, "Startup", rc);
	workload->setup(c);
	c->nr_commands = 0;
}

/* On the raw chip nobody else does it. */
static void finish(struct client *c)
{
	while (c->nr_made) {
		begin(c, ST_NO_SESSIONS, CC_FLUSH_CONTEXT);
		put32(c, c->made[--c->nr_made]);
		need(c, "FlushContext");
	}
	if (c->tcti)
		c->tcti->finalize(c->tcti);
	else
		close(c->fd);
}

static void *run(void *data)
{
	struct client *c = data;
	unsigned int i;

	start(c);
	pthread_barrier_wait(&barrier);		/* all are ready */
	pthread_barrier_wait(&barrier);		/* all may begin */
	for (i = 0; i < nr_operations; i++) {
		if (burst && i && i % burst == 0)
			usleep(REST_US);
		workload->operate(c, i);
	}
	pthread_barrier_wait(&barrier);		/* all are done */
	pthread_barrier_wait(&barrier);		/* all may end */
	finish(c);
	return NULL;
}

static void wait_for_line(void)
{
	int byte;

	do {
		byte = getchar();
	} while (byte != '\n' && byte != EOF);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	static struct client clients[MAX_CLIENTS];
	unsigned int nr_clients, nr_commands = 0, i;
	double begun, took;
	int option;

	while ((option = getopt(argc, argv, "n:b:")) > 0) {
		if (option == 'n')
			nr_operations = atoi(optarg);
		else if (option == 'b')
			burst = atoi(optarg);
		else
			return 2;
	}
	argc -= optind;
	argv += optind;
	if (argc < 2 || argc - 1 > MAX_CLIENTS) {
		fprintf(stderr, "usage: client [-n OPERATIONS] [-b BURST] WORKLOAD DOOR...\n");
		return 2;
	}
	workload = find_workload(argv[0]);
	nr_clients = argc - 1;
	pthread_barrier_init(&barrier, NULL, nr_clients + 1);
	for (i = 0; i < nr_clients; i++) {
		clients[i].number = i;
		clients[i].door = argv[i + 1];
		pthread_create(&clients[i].thread, NULL, run, &clients[i]);
	}
	pthread_barrier_wait(&barrier);
	printf("ready\n");
	fflush(stdout);
	wait_for_line();
	begun = now();
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	took = now() - begun;
	for (i = 0; i < nr_clients; i++)
		nr_commands += clients[i].nr_commands;
	printf("%u %.0f\n", nr_commands, took);
	fflush(stdout);
	wait_for_line();
	pthread_barrier_wait(&barrier);
	for (i = 0; i < nr_clients; i++)
		pthread_join(clients[i].thread, NULL);
	return 0;
}
