// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: tpm2-tools, on a proxy and on a TPM of its own.
 *
 * Their TCTI that talks to a program runs this one, which passes the bytes on
 * to a socket of the test.  Each line is run for both, in a directory each; both
 * must succeed, and what they print must be the same.
 */

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tpm20_guest.h"

#define DIGEST	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

#define TRIES(nr)	"8002 ???????? 0000013a 4000000a" PW nr "000003e8 000003e8"

static const char * const sides[] = { "proxy", "twin" };
static char dir[] = "/tmp/tpm20_tools.XXXXXX";
static int listeners[2];

static void must(bool cond, const char *what)
{
	if (cond)
		return;
	perror(what);
	abort();
}

static void address_of(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
}

/* Between a tool and the test: what is written here is read there. */

static int copy(int from, int to)
{
	u8 buf[VTPMB_BUF_SIZE];
	ssize_t len = read(from, buf, sizeof(buf));

	return len <= 0 || write(to, buf, len) != len;
}

static int relay(const char *path)
{
	struct sockaddr_un address;
	struct pollfd fds[2] = { { .fd = 0, .events = POLLIN } };
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);

	address_of(&address, path);
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	fds[1] = (struct pollfd) { .fd = sock, .events = POLLIN };
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents && copy(0, sock))
			return 0;
		if (fds[1].revents && copy(sock, 1))
			return 0;
	}
	return 1;
}

/* The test's side. */

static bool receive(int sock, u8 *cmd, size_t *len)
{
	size_t want = VTPMB_HEADER_SIZE;
	ssize_t got;

	for (*len = 0; *len < want; *len += got) {
		got = read(sock, cmd + *len, want - *len);
		if (got <= 0)
			return false;
		if (*len + got >= VTPMB_HEADER_SIZE)
			want = vtpmb_peek_u32(cmd + 2);
		if (want > VTPMB_BUF_SIZE)
			return false;
	}
	return true;
}

static void serve(int side)
{
	int sock = accept(listeners[side], NULL, NULL);
	u8 cmd[VTPMB_BUF_SIZE];
	struct core_rsp rsp;
	size_t len;

	while (receive(sock, cmd, &len)) {
		if (side)
			core_twin_send(twin, cmd, len, &rsp);
		else
			core_send(v, cmd, len, &rsp);
		must(write(sock, rsp.buf, rsp.len) == (ssize_t)rsp.len, "write");
	}
	close(sock);
}

static void open_sides(void)
{
	struct sockaddr_un address;
	char path[64];
	int i;

	must(mkdtemp(dir), "mkdtemp");
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, sides[i]);
		must(!mkdir(path, 0700), path);
		snprintf(path, sizeof(path), "%s/%s.sock", dir, sides[i]);
		address_of(&address, path);
		listeners[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		must(!bind(listeners[i], (struct sockaddr *)&address, sizeof(address)), path);
		must(!listen(listeners[i], 4), path);
	}
}

static void close_sides(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	must(!system(command), command);
}

static void child(int side, const char *line)
{
	char tcti[256], exe[128] = {}, path[64];

	alarm(0);
	must(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0, "exe");
	snprintf(tcti, sizeof(tcti), "cmd:%s --connect %s/%s.sock", exe, dir, sides[side]);
	setenv("TPM2TOOLS_TCTI", tcti, 1);
	snprintf(path, sizeof(path), "%s/%s", dir, sides[side]);
	must(!chdir(path), path);
	execl("/bin/sh", "sh", "-ec", line, NULL);
	_exit(127);
}

/* What a line prints; its exit status. */
static int run(int side, const char *line, char *out, size_t cap)
{
	struct pollfd fds[2] = { { .fd = listeners[side], .events = POLLIN } };
	size_t len = 0;
	ssize_t got = 1;
	int ends[2], status;
	pid_t pid;

	must(!pipe(ends), "pipe");
	fflush(NULL);
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		child(side, line);
	}
	close(ends[1]);
	fds[1] = (struct pollfd) { .fd = ends[0], .events = POLLIN };
	while (got > 0 && poll(fds, 2, -1) > 0) {
		if (fds[0].revents)
			serve(side);
		if (fds[1].revents) {
			got = read(ends[0], out + len, cap - 1 - len);
			len += got > 0 ? got : 0;
		}
	}
	out[len] = 0;
	close(ends[0]);
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	return status;
}

static void tools(const char *line)
{
	static char out[2][32768];
	int status[2], i;

	for (i = 0; i < 2; i++)
		status[i] = run(i, line, out[i], sizeof(out[i]));
	if (!status[0] && !status[1] && !strcmp(out[0], out[1]))
		return;
	core_fail(__FILE__, __LINE__, "%s: status 0x%x, the twin's 0x%x", line, status[0],
		  status[1]);
	printf("# proxy: %.400s\n# twin: %.400s\n", out[0], out[1]);
}

/* As on a machine without a resource manager: each tool leaves what it loads. */
#define TOOL(line)	tools(line "; tpm2_flushcontext -t")

static void begin_tools(void)
{
	struct core_rsp rsp;

	begin();
	/* Of the chip's three tries a proxy has but one. */
	core_raw_hex(TRIES("00000020"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_probe();
	core_grant(v, VTPMB_RANGE_NV, 0x01800000, 0x018000ff);
	same(STARTUP_CLEAR);
	same(TRIES("00000010"));
	TOOL("tpm2_createprimary -Q -C o -G ecc -c primary.ctx");
}

static void keys_sign_and_move(void)
{
	begin_tools();
	TOOL("tpm2_create -Q -C primary.ctx -G ecc -u key.pub -r key.priv");
	TOOL("tpm2_load -Q -C primary.ctx -u key.pub -r key.priv -c key.ctx");
	TOOL("echo text >msg; tpm2_sign -Q -c key.ctx -g sha256 -o msg.sig msg");
	TOOL("tpm2_verifysignature -Q -c key.ctx -g sha256 -m msg -s msg.sig");
	TOOL("tpm2_readpublic -Q -c key.ctx -f pem -o key.pem; wc -c <key.pem");
	TOOL("openssl dgst -sha256 -binary msg >msg.hash; tpm2_hash -g sha256 --hex msg");
	TOOL("tpm2_changeauth -Q -C primary.ctx -c key.ctx -r new.priv word");
	TOOL("tpm2_load -Q -C primary.ctx -u key.pub -r new.priv -c new.ctx");
	TOOL("tpm2_sign -Q -c new.ctx -p word -g sha256 -o new.sig msg");
	TOOL("! tpm2_sign -Q -c new.ctx -p guess -g sha256 -o no.sig msg 2>/dev/null");
	TOOL("tpm2_certify -Q -c primary.ctx -C key.ctx -g sha256 -o attest -s attest.sig");
	TOOL("tpm2_create -Q -C primary.ctx -G aes128cfb -u aes.pub -r aes.priv");
	TOOL("tpm2_load -Q -C primary.ctx -u aes.pub -r aes.priv -c aes.ctx");
	TOOL("tpm2_encryptdecrypt -Q -c aes.ctx -o msg.aes msg");
	TOOL("tpm2_encryptdecrypt -Q -c aes.ctx -d -o msg.clear msg.aes; cat msg.clear");
	TOOL("tpm2_create -Q -C primary.ctx -G hmac -u mac.pub -r mac.priv");
	TOOL("tpm2_load -Q -C primary.ctx -u mac.pub -r mac.priv -c mac.ctx");
	TOOL("tpm2_hmac -c mac.ctx --hex msg | wc -c");
	end();
}

static void secrets_are_sealed(void)
{
	begin_tools();
	TOOL("echo secret | tpm2_create -Q -C primary.ctx -i- -p word -u seal.pub -r seal.priv");
	TOOL("tpm2_load -Q -C primary.ctx -u seal.pub -r seal.priv -c seal.ctx");
	TOOL("tpm2_unseal -c seal.ctx -p word");
	TOOL("tpm2_pcrextend 7:sha256=" DIGEST "; tpm2_pcrread sha256:0,7,16,23");
	TOOL("tpm2_startauthsession -Q -S s.ctx;"
	     "tpm2_policypcr -Q -S s.ctx -l sha256:7 -L pcr.pol; tpm2_flushcontext s.ctx");
	TOOL("echo secret |"
	     "tpm2_create -Q -C primary.ctx -i- -L pcr.pol -u pcr.pub -r pcr.priv");
	TOOL("tpm2_load -Q -C primary.ctx -u pcr.pub -r pcr.priv -c pcr.ctx");
	TOOL("tpm2_unseal -c pcr.ctx -p pcr:sha256:7");
	TOOL("tpm2_pcrextend 7:sha256=" DIGEST);
	TOOL("! tpm2_unseal -Q -c pcr.ctx -p pcr:sha256:7 2>/dev/null");
	TOOL("head -c 3000 /dev/zero >big; tpm2_pcrevent 9 big; tpm2_pcrread sha256:9");
	TOOL("tpm2_startauthsession -S s.ctx --policy-session;"
	     "tpm2_policycommandcode -S s.ctx TPM2_CC_Unseal; tpm2_flushcontext s.ctx");
	TOOL("tpm2_startauthsession -Q --hmac-session -c primary.ctx -S s.ctx;"
	     "tpm2_sessionconfig s.ctx --enable-encrypt --enable-decrypt;"
	     "tpm2_unseal -c seal.ctx -p session:s.ctx+word; tpm2_flushcontext s.ctx");
	end();
}

static void credentials_and_persistent_keys(void)
{
	begin_tools();
	TOOL("tpm2_createprimary -Q -C e -G ecc -c ek.ctx; tpm2_readpublic -Q -c ek.ctx -o ek.pub");
	TOOL("tpm2_create -Q -C primary.ctx -G ecc:ecdsa -u ak.pub -r ak.priv");
	TOOL("tpm2_load -Q -C primary.ctx -u ak.pub -r ak.priv -c ak.ctx -n ak.name");
	TOOL("echo secret >cred; tpm2_makecredential -Q -u ek.pub -s cred"
	     " -n $(od -An -v -tx1 ak.name | tr -d ' \\n') -o cred.blob");
	TOOL("tpm2_activatecredential -Q -c ak.ctx -C ek.ctx -i cred.blob -o out; cat out");
	TOOL("tpm2_evictcontrol -C o -c primary.ctx 0x81000000");
	TOOL("tpm2_readpublic -c 0x81000000; tpm2_getcap handles-persistent");
	TOOL("tpm2_evictcontrol -C o -c 0x81000000; tpm2_getcap handles-persistent");
	end();
}

static void nv_and_hierarchies(void)
{
	begin_tools();
	TOOL("tpm2_nvdefine -Q -C o -s 8 -a 'ownerread|ownerwrite|authread|authwrite' 0x1800001");
	TOOL("printf 12345678 | tpm2_nvwrite -Q -C o -i- 0x1800001");
	TOOL("tpm2_nvread -C o 0x1800001; tpm2_nvreadpublic 0x1800001");
	TOOL("tpm2_nvundefine -Q -C o 0x1800001; tpm2_getcap handles-nv-index");
	TOOL("tpm2_changeauth -Q -c o word");
	TOOL("! tpm2_createprimary -Q -C o -G ecc -c no.ctx 2>/dev/null");
	TOOL("tpm2_createprimary -Q -C o -P word -G ecc -c again.ctx");
	TOOL("tpm2_getcap algorithms; tpm2_getcap pcrs; tpm2_getcap ecc-curves");
	TOOL("tpm2_clear -Q; tpm2_createprimary -Q -C o -G ecc -c again.ctx");
	end();
}

static void directory_is_made(void)
{
	signal(SIGPIPE, SIG_IGN);
	open_sides();
}

static void directory_is_removed(void)
{
	close_sides();
}

static const struct core_test tests[] = {
	CORE_TEST(directory_is_made),
	CORE_TEST(keys_sign_and_move),
	CORE_TEST(secrets_are_sealed),
	CORE_TEST(credentials_and_persistent_keys),
	CORE_TEST(nv_and_hierarchies),
	CORE_TEST(directory_is_removed),
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--connect"))
		_exit(relay(argv[2]));
	return core_run(tests, ARRAY_SIZE(tests), argc, argv);
}
