/*
 * Presentation RDATA through ldns, one record at a time: for types that nobody has used for decades
 * (NSAP, EID, NIMLOC). The only file of this layer that includes ldns.
 *
 * ldns 1.8.3 reads laxly: an odd number of digits passes, numbers wrap around. So what it prints of
 * what it has read must be what was written, dots, blanks and letter case aside.
 */
#include <ldns/ldns.h>

#include "dns/name.h"
#include "dns/rr_type.h"
#include "zone/rdata_field.h"

/* Longest record text handed over. An NSAP (RFC 1706) has at most 20 octets. */
#define RECORD_TEXT_MAX 4096

/* All that these types are written with. */
static bool
is_digit_or_dot(char octet)
{
	return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
	       (octet >= 'A' && octet <= 'Z') || octet == '.';
}

/* One record as ldns reads it; false when the tokens hold what none of these types has. */
static bool
build_record(uint16_t type, const struct text_token *tokens, size_t n, char record[RECORD_TEXT_MAX])
{
	char type_text[RR_TYPE_TEXT_MAX];
	size_t used = (size_t)snprintf(
	    record, RECORD_TEXT_MAX, ". 0 IN %s", rr_type_to_text(type, type_text));

	for (size_t i = 0; i < n; i++) {
		if (tokens[i].quoted || tokens[i].length + 2 > RECORD_TEXT_MAX - used)
			return false;
		record[used++] = ' ';
		for (size_t k = 0; k < tokens[i].length; k++) {
			if (!is_digit_or_dot(tokens[i].text[k]))
				return false;
			record[used++] = tokens[i].text[k];
		}
	}
	record[used] = '\0';
	return n > 0;
}

/* The next octet of `text` that is neither a dot nor a blank, in lower case; 0 at the end. */
static uint8_t
next_octet(const char **text, const char *end)
{
	while (*text != end && (**text == '.' || **text == ' '))
		++*text;
	return *text == end ? 0 : octet_lower((uint8_t) * (*text)++);
}

/* ldns prints `field` as the tokens were written. */
static bool
reads_back(const ldns_rdf *field, const struct text_token *tokens, size_t n)
{
	char *printed = ldns_rdf2str(field);
	const char *at = printed, *end = printed == NULL ? NULL : printed + strlen(printed);
	bool same = printed != NULL;

	for (size_t i = 0; same && i < n; i++) {
		const char *token = tokens[i].text, *token_end = token + tokens[i].length;
		uint8_t octet;

		while (same && (octet = next_octet(&token, token_end)) != 0)
			same = octet == next_octet(&at, end);
	}
	same = same && next_octet(&at, end) == 0;
	free(printed);
	return same;
}

int
rdata_from_ldns(uint16_t type, const struct text_token *tokens, size_t n,
    uint8_t rdata[ZG_RDATA_MAX], const char **why)
{
	char record[RECORD_TEXT_MAX];
	ldns_rr *rr = NULL;
	const ldns_rdf *field;
	int length = -1;

	*why = "this RDATA cannot be read; the form of RFC 3597 can";
	if (!build_record(type, tokens, n, record) ||
	    ldns_rr_new_frm_str(&rr, record, 0, NULL, NULL) != LDNS_STATUS_OK)
		return -1;
	field = ldns_rr_rd_count(rr) == 1 ? ldns_rr_rdf(rr, 0) : NULL;
	if (field != NULL && ldns_rdf_size(field) <= ZG_RDATA_MAX && reads_back(field, tokens, n)) {
		length = (int)ldns_rdf_size(field);
		memcpy(rdata, ldns_rdf_data(field), (size_t)length);
	}
	ldns_rr_free(rr);
	return length;
}
