/* RR types: numbers, mnemonics, and the facts of the protocol that hang on the type alone. */
#ifndef DNS_RR_TYPE_H
#define DNS_RR_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rr_type {
	RR_A = 1,
	RR_NS = 2,
	RR_CNAME = 5,
	RR_SOA = 6,
	RR_PTR = 12,
	RR_MX = 15,
	RR_TXT = 16,
	RR_KEY = 25,
	RR_AAAA = 28,
	RR_SRV = 33,
	RR_DNAME = 39,
	RR_OPT = 41,
	RR_DS = 43,
	RR_RRSIG = 46,
	RR_NSEC = 47,
	RR_DNSKEY = 48,
	RR_NSEC3 = 50,
	RR_NSEC3PARAM = 51,
	RR_CDS = 59,
	RR_CDNSKEY = 60,
	RR_ZONEMD = 63,
	RR_TSIG = 250,
	RR_ANY = 255,
	RR_TYPE65534 = 65534 /* BIND's private record of signing in progress */
};

/* RFC 1035 section 3.2.4. */
enum rr_class { CLASS_IN = 1, CLASS_ANY = 255 };

/* Longest mnemonic or TYPEnnnnn, NUL included. */
#define RR_TYPE_TEXT_MAX 16

/* The mnemonic, or TYPEnnnnn (RFC 3597 section 5). */
const char *rr_type_to_text(uint16_t type, char text[RR_TYPE_TEXT_MAX]);

/* A mnemonic or TYPEnnnnn in any letter case; false when it is neither. */
bool rr_type_from_text(const char *text, size_t length, uint16_t *type);

/* Types that exist in queries or messages only (RFC 6895 section 3.1: meta-types and QTYPEs). */
bool rr_type_is_meta(uint16_t type);

#endif
