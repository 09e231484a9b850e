/* SPDX-License-Identifier: ISC
 *
 * Bech32: see bech32.h.
 */
#include "crypto/bech32.h"

#include <ctype.h>
#include <string.h>

/* 32 bytes in groups of five bits, and the checksum. */
#define GROUPS 52
#define CHECK  6

/* One step of the checksum: a division in GF(32), by BIP 173's generator. */
static uint32_t
step(uint32_t sum, unsigned value)
{
	static const uint32_t generator[5] = {
	    0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		if ((top >> i & 1) != 0)
			sum ^= generator[i];
	return sum;
}

/* What the prefix adds to the checksum: always in lower case. */
static uint32_t
sum_prefix(const char *prefix)
{
	uint32_t sum = 1;

	for (const char *p = prefix; *p != '\0'; p++)
		sum = step(sum, (unsigned)tolower((unsigned char)*p) >> 5);
	sum = step(sum, 0);
	for (const char *p = prefix; *p != '\0'; p++)
		sum = step(sum, (unsigned)tolower((unsigned char)*p) & 31);
	return sum;
}

bool
ir_bech32_key(
    const char *s, size_t n, const char *prefix, bool upper, uint8_t key[32])
{
	static const char lower_set[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	static const char upper_set[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
	const char *set = upper ? upper_set : lower_set;
	size_t skip = strlen(prefix);
	uint32_t sum = sum_prefix(prefix), bits = 0;
	unsigned have = 0;

	if (n != skip + 1 + GROUPS + CHECK || memcmp(s, prefix, skip) != 0 ||
	    s[skip] != '1')
		return false;
	for (size_t i = 0; i < GROUPS + CHECK; i++) {
		char c = s[skip + 1 + i];
		const char *at = c != '\0' ? strchr(set, c) : NULL;

		if (at == NULL)
			return false;
		sum = step(sum, (unsigned)(at - set));
		if (i >= GROUPS)
			continue;
		bits = bits << 5 | (uint32_t)(at - set);
		for (have += 5; have >= 8; have -= 8)
			*key++ = (uint8_t)(bits >> (have - 8));
	}
	/* What is left of the last group is zeros. */
	return sum == 1 && (bits & ((1u << have) - 1)) == 0;
}
