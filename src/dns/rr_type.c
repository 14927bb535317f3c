/* RR types: the IANA registry "Resource Record (RR) TYPEs". */
#include "dns/rr_type.h"

#include <stdio.h>

#include "base/word.h"

/* The longest mnemonics have 10 letters; zero octets fill up what load_le64 takes. */
#define MNEMONIC_MAX 16

struct mnemonic {
	char text[MNEMONIC_MAX];
	uint16_t type;
};

/*
 * By first letter, so that a lookup compares with a few rows only; what signed zones are full of
 * stands first in its row.
 */
static const struct mnemonic of_a[] = {{"A", 1}, {"AAAA", 28}, {"AFSDB", 18}, {"ATMA", 34},
    {"A6", 38}, {"APL", 42}, {"AXFR", 252}, {"ANY", 255}, {"AVC", 258}, {"AMTRELAY", 260}};
static const struct mnemonic of_b[] = {{"BRID", 68}};
static const struct mnemonic of_c[] = {{"CNAME", 5}, {"CDS", 59}, {"CDNSKEY", 60}, {"CAA", 257},
    {"CERT", 37}, {"CSYNC", 62}, {"CLA", 263}};
static const struct mnemonic of_d[] = {{"DS", 43}, {"DNSKEY", 48}, {"DNAME", 39}, {"DHCID", 49},
    {"DSYNC", 66}, {"DOA", 259}, {"DLV", 32769}};
static const struct mnemonic of_e[] = {{"EID", 31}, {"EUI48", 108}, {"EUI64", 109}};
static const struct mnemonic of_g[] = {{"GPOS", 27}, {"GID", 102}};
static const struct mnemonic of_h[] = {{"HTTPS", 65}, {"HINFO", 13}, {"HIP", 55}, {"HHIT", 67}};
static const struct mnemonic of_i[] = {{"ISDN", 20}, {"IPSECKEY", 45}, {"IXFR", 251}, {"IPN", 264}};
static const struct mnemonic of_k[] = {{"KEY", 25}, {"KX", 36}};
static const struct mnemonic of_l[] = {{"LOC", 29}, {"L32", 105}, {"L64", 106}, {"LP", 107}};
static const struct mnemonic of_m[] = {{"MX", 15}, {"MD", 3}, {"MF", 4}, {"MB", 7}, {"MG", 8},
    {"MR", 9}, {"MINFO", 14}, {"MAILB", 253}, {"MAILA", 254}};
static const struct mnemonic of_n[] = {{"NS", 2}, {"NSEC3", 50}, {"NSEC", 47}, {"NSEC3PARAM", 51},
    {"NAPTR", 35}, {"NULL", 10}, {"NSAP", 22}, {"NSAP-PTR", 23}, {"NXT", 30}, {"NIMLOC", 32},
    {"NINFO", 56}, {"NID", 104}, {"NXNAME", 128}};
static const struct mnemonic of_o[] = {{"OPENPGPKEY", 61}, {"OPT", 41}};
static const struct mnemonic of_p[] = {{"PTR", 12}, {"PX", 26}};
static const struct mnemonic of_r[] = {
    {"RRSIG", 46}, {"RP", 17}, {"RT", 21}, {"RKEY", 57}, {"RESINFO", 261}};
static const struct mnemonic of_s[] = {{"SOA", 6}, {"SRV", 33}, {"SSHFP", 44}, {"SVCB", 64},
    {"SPF", 99}, {"SIG", 24}, {"SINK", 40}, {"SMIMEA", 53}};
static const struct mnemonic of_t[] = {
    {"TXT", 16}, {"TLSA", 52}, {"TALINK", 58}, {"TKEY", 249}, {"TSIG", 250}, {"TA", 32768}};
static const struct mnemonic of_u[] = {{"URI", 256}, {"UINFO", 100}, {"UID", 101}, {"UNSPEC", 103}};
static const struct mnemonic of_w[] = {{"WKS", 11}, {"WALLET", 262}};
static const struct mnemonic of_x[] = {{"X25", 19}};
static const struct mnemonic of_z[] = {{"ZONEMD", 63}};

#define OF(letter, rows) [(letter) - 'A'] = {rows, sizeof(rows) / sizeof((rows)[0])}
static const struct {
	const struct mnemonic *rows;
	size_t n;
} mnemonics[26] = {OF('A', of_a), OF('B', of_b), OF('C', of_c), OF('D', of_d), OF('E', of_e),
    OF('G', of_g), OF('H', of_h), OF('I', of_i), OF('K', of_k), OF('L', of_l), OF('M', of_m),
    OF('N', of_n), OF('O', of_o), OF('P', of_p), OF('R', of_r), OF('S', of_s), OF('T', of_t),
    OF('U', of_u), OF('W', of_w), OF('X', of_x), OF('Z', of_z)};

const char *
rr_type_to_text(uint16_t type, char text[RR_TYPE_TEXT_MAX])
{
	for (size_t letter = 0; letter < 26; letter++) {
		for (size_t i = 0; i < mnemonics[letter].n; i++) {
			if (mnemonics[letter].rows[i].type == type)
				return mnemonics[letter].rows[i].text;
		}
	}
	(void)snprintf(text, RR_TYPE_TEXT_MAX, "TYPE%u", type);
	return text;
}

static uint8_t
octet_upper(uint8_t octet)
{
	return (uint8_t)(octet >= 'a' && octet <= 'z' ? octet - ('a' - 'A') : octet);
}

/* TYPE and a decimal number of at most five digits (RFC 3597 section 5). */
static bool
generic_type(const char *text, size_t length, uint16_t *type)
{
	static const char prefix[] = "TYPE";
	uint32_t value = 0;

	if (length < 5 || length > 9)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (octet_upper((uint8_t)text[i]) != (uint8_t)prefix[i])
			return false;
	}
	for (size_t i = 4; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text[i] - '0');
	}
	*type = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* The row of a mnemonic whose upper-case octets are `low` (the first eight) and `high`. */
static const struct mnemonic *
find_mnemonic(uint64_t low, uint64_t high)
{
	unsigned letter = (unsigned)(low & 0xff) - 'A';

	if (letter >= 26)
		return NULL;
	for (size_t i = 0; i < mnemonics[letter].n; i++) {
		const struct mnemonic *row = &mnemonics[letter].rows[i];

		if (load_le64(row->text) == low && load_le64(row->text + 8) == high)
			return row;
	}
	return NULL;
}

bool
rr_type_from_text(const char *text, size_t length, uint16_t *type)
{
	const struct mnemonic *row;
	uint64_t low, high;

	/* A zero octet at the end would pass for the filling of a row. */
	if (length == 0 || length >= MNEMONIC_MAX || text[length - 1] == '\0')
		return false;
	low = load_le(text, length < 8 ? length : 8);
	high = length > 8 ? load_le(text + 8, length - 8) : 0;
	row = find_mnemonic(octets_upper(low), octets_upper(high));
	if (row == NULL)
		return generic_type(text, length, type);
	*type = row->type;
	return true;
}

bool
rr_type_is_meta(uint16_t type)
{
	/* RFC 6895 section 3.1: zero, OPT, and the range of Q and meta types. */
	return type == 0 || type == 41 || (type >= 128 && type <= 255);
}
