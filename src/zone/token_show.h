/* Tokens in messages: zone text is hostile, terminals and logs are not to suffer. */
#ifndef ZONE_TOKEN_SHOW_H
#define ZONE_TOKEN_SHOW_H

#include "zone/rdata_text.h"

/* Octets of a token that are shown; each may take four characters, then "..." and NUL. */
#define TOKEN_SHOW_OCTETS 48
#define TOKEN_SHOW_MAX	  (TOKEN_SHOW_OCTETS * 4 + 4)

/* Plain ASCII as it is, everything else as \DDD; long tokens are cut. */
static inline void
token_show(const struct text_token *token, char shown[TOKEN_SHOW_MAX])
{
	size_t n = token->length < TOKEN_SHOW_OCTETS ? token->length : TOKEN_SHOW_OCTETS;

	for (size_t i = 0; i < n; i++) {
		uint8_t octet = (uint8_t)token->text[i];

		if (octet >= 0x20 && octet < 0x7f) {
			*shown++ = (char)octet;
			continue;
		}
		*shown++ = '\\';
		*shown++ = (char)('0' + octet / 100);
		*shown++ = (char)('0' + octet / 10 % 10);
		*shown++ = (char)('0' + octet % 10);
	}
	for (int i = 0; i < 3 && n < token->length; i++)
		*shown++ = '.';
	*shown = '\0';
}

#endif
