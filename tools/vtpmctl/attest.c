// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a verifier computes: the value of a guest's PCR that represents others in quotes.
 *
 * Needs neither a TPM nor the module.  The PCRs of a TPM 2.0 come as tpm2_pcrread prints them: a
 * line with the name of a bank and a colon, then "N : 0xDIGEST" for each PCR.  Those of a TPM 1.2
 * come as Linux has them in the file pcrs of the TPM: "PCR-NN: XX XX ...".
 */
#include <ctype.h>
#include <errno.h>
#include <error.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <linux/vtpm_bridge.h>
#include "attest.h"
#include "report.h"
#include "sha.h"

#define EXIT_USAGE	2
#define TPM12_PCR	"PCR-"

/**
 * struct pcrs - PCRs of one bank
 * @alg:	its algorithm
 * @other:	lines of another bank are being read
 * @tpm12:	they are those of a TPM 1.2
 * @given:	bit N: @value has PCR N
 * @value:	their values
 */
struct pcrs {
	const struct sha_alg *alg;
	bool other;
	bool tpm12;
	uint32_t given;
	uint8_t value[VTPM_BRIDGE_NR_PCRS][SHA_MAX_SIZE];
};

/* Hexadecimal digits up to the end, or up to @max bytes; the number of bytes, or 0. */
static size_t parse_hex(const char *text, uint8_t *bytes, size_t max)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF"), i;
	char digits[3] = "";

	if (text[len] || len % 2 || len / 2 > max)
		return 0;
	for (i = 0; i < len / 2; i++) {
		memcpy(digits, text + 2 * i, 2);
		bytes[i] = strtoul(digits, NULL, 16);
	}
	return len / 2;
}

static char *strip(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* "N :", N of one or two digits; returns what follows, or NULL */
static char *parse_pcr(char *line, unsigned int *pcr)
{
	size_t digits = strspn(line, "0123456789");
	char *text = line + digits;

	*pcr = strtoul(line, NULL, 10);
	text += strspn(text, " \t");
	if (digits < 1 || digits > 2 || *text != ':' || *pcr >= VTPM_BRIDGE_NR_PCRS)
		return NULL;
	return strip(text + 1);
}

static bool add_pcr(struct pcrs *pcrs, unsigned int pcr, const char *digits)
{
	if (pcrs->given & 1U << pcr)
		return false;
	pcrs->given |= 1U << pcr;
	return parse_hex(digits, pcrs->value[pcr], SHA_MAX_SIZE) == pcrs->alg->size;
}

/* "N : 0xDIGEST" */
static bool parse_pcr_line(struct pcrs *pcrs, char *line)
{
	unsigned int pcr;
	char *text = parse_pcr(line, &pcr);

	if (!text || pcrs->tpm12)
		return false;
	if (!strncasecmp(text, "0x", 2))
		text += 2;
	return pcrs->other || add_pcr(pcrs, pcr, text);
}

/* "PCR-NN: XX XX ..." */
static bool parse_tpm12_line(struct pcrs *pcrs, char *line)
{
	unsigned int pcr;
	char *from = parse_pcr(line + strlen(TPM12_PCR), &pcr), *to = from, *text = from;

	if (!from || (pcrs->given && !pcrs->tpm12))
		return false;
	for (; *from; from++) {
		if (!isblank((unsigned char)*from))
			*to++ = *from;
	}
	*to = '\0';
	pcrs->tpm12 = true;
	return add_pcr(pcrs, pcr, text);
}

static bool parse_line(struct pcrs *pcrs, char *line)
{
	size_t len = strlen(line);

	if (!len)
		return true;
	if (!strncmp(line, TPM12_PCR, strlen(TPM12_PCR)))
		return parse_tpm12_line(pcrs, line);
	if (isdigit((unsigned char)*line) || line[len - 1] != ':')
		return parse_pcr_line(pcrs, line);
	line[len - 1] = '\0';
	pcrs->other = strcmp(strip(line), pcrs->alg->name);
	return true;
}

static bool read_pcrs(struct pcrs *pcrs, FILE *file, const char *name)
{
	unsigned int nr = 0;
	char *line = NULL;
	size_t size = 0;
	bool good = true;

	while (good && getline(&line, &size, file) > 0) {
		nr++;
		good = parse_line(pcrs, strip(line));
		if (!good)
			error(0, 0, "%s:%u: this is to be a PCR of the bank %s, once: N : 0xDIGEST",
			      name, nr, pcrs->alg->name);
	}
	free(line);
	if (good && ferror(file)) {
		error(0, errno, "%s", name);
		good = false;
	}
	if (good && !pcrs->given) {
		error(0, 0, "%s: there is no PCR of the bank %s", name, pcrs->alg->name);
		good = false;
	}
	return good;
}

/* The beginning of a TPM_PCR_COMPOSITE: TPM_PCR_SELECTION, and the size of the values. */
static void put_composite(struct sha *sha, const struct pcrs *pcrs)
{
	uint32_t size = __builtin_popcount(pcrs->given) * pcrs->alg->size;
	const uint8_t bytes[] = {
		0, 3, pcrs->given, pcrs->given >> 8, pcrs->given >> 16,
		size >> 24, size >> 16, size >> 8, size,
	};

	sha_update(sha, bytes, sizeof(bytes));
}

/* H(H(0 || identity) || H(values)), of a TPM 1.2 H(H(0 || identity) || H(TPM_PCR_COMPOSITE)) */
static void compute_w(const struct pcrs *pcrs, const uint8_t *identity, uint8_t *w)
{
	size_t size = pcrs->alg->size;
	uint8_t digest[SHA_MAX_SIZE];
	unsigned int i;
	struct sha sha;

	sha_start(&sha, pcrs->alg);
	if (pcrs->tpm12)
		put_composite(&sha, pcrs);
	for (i = 0; i < VTPM_BRIDGE_NR_PCRS; i++) {
		if (pcrs->given & 1U << i)
			sha_update(&sha, pcrs->value[i], size);
	}
	sha_finish(&sha, digest);

	memset(w, 0, size);
	sha_start(&sha, pcrs->alg);
	sha_update(&sha, w, size);
	sha_update(&sha, identity, size);
	sha_finish(&sha, w);
	sha_start(&sha, pcrs->alg);
	sha_update(&sha, w, size);
	sha_update(&sha, digest, size);
	sha_finish(&sha, w);
}

/* The identity, whose length tells its algorithm; a name and a colon may precede it. */
static const struct sha_alg *parse_identity(const char *text, uint8_t *identity)
{
	const char *colon = strchr(text, ':');
	const struct sha_alg *alg;

	alg = sha_find(parse_hex(colon ? colon + 1 : text, identity, SHA_MAX_SIZE));
	if (alg && colon && (strlen(alg->name) != (size_t)(colon - text) ||
			     strncmp(alg->name, text, colon - text)))
		return NULL;
	return alg;
}

/* Print W; @path: NULL: the values come from standard input.  Returns an exit status. */
int attest_w(const char *identity, const char *path)
{
	uint8_t bytes[SHA_MAX_SIZE], w[SHA_MAX_SIZE];
	char text[2 * SHA_MAX_SIZE + 1];
	struct pcrs pcrs = { .alg = parse_identity(identity, bytes) };
	struct report r;
	FILE *file;
	size_t i;
	bool good;

	if (!pcrs.alg) {
		error(0, 0, "%s is no identity: write what vtpmctl show prints, of SHA-1 or SHA-2",
		      identity);
		return EXIT_USAGE;
	}
	file = path ? fopen(path, "re") : stdin;
	if (!file) {
		error(0, errno, "%s", path);
		return EXIT_USAGE;
	}
	good = read_pcrs(&pcrs, file, path ? path : "standard input");
	if (path)
		fclose(file);
	if (!good)
		return EXIT_USAGE;
	compute_w(&pcrs, bytes, w);
	for (i = 0; i < pcrs.alg->size; i++)
		sprintf(text + 2 * i, "%02x", w[i]);
	report_begin(&r, text);
	report_key(&r, "hash", json_text(pcrs.alg->name));
	report_key(&r, "w", json_text(text));
	report_end(&r);
	return 0;
}
