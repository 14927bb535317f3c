/*
 * The table of shapes: which fields the RDATA of a type has. It drives the reader of presentation
 * forms, the check of wire forms, and which names go to lower case in the canonical form: those of
 * the types that RFC 4034 section 6.2 lists, without the next name of NSEC (RFC 6840 section 5.1).
 */
#include "zone/rdata_field.h"

#include "dns/rr_type.h"

/* clang-format off */
#define U8	 &field_u8
#define U16	 &field_u16
#define U32	 &field_u32
#define PERIOD	 &field_period
#define TIME	 &field_time
#define ALG	 &field_algorithm
#define TYPE	 &field_type
#define LOWER	 &field_name_lower
#define NAME	 &field_name
#define IPV4	 &field_ipv4
#define STRING	 &field_string
#define STRINGS	 &field_strings
#define BASE64	 &field_base64
#define HEX	 &field_hex
#define BITMAP	 &field_bitmap
#define OPAQUE	 &field_opaque

/* Text read by the fields; by ldns; in the form of RFC 3597 only. */
#define SHAPE(...) {{__VA_ARGS__}, TEXT_FIELDS}
#define OLD(...)   {{__VA_ARGS__}, TEXT_LDNS}
#define WIRE(...)  {{__VA_ARGS__}, TEXT_GENERIC}

#define SIGNATURE   SHAPE(TYPE, ALG, U8, PERIOD, TIME, TIME, U16, LOWER, BASE64)
#define KEY	    SHAPE(U16, U8, ALG, BASE64)
#define DIGEST	    SHAPE(U16, ALG, U8, HEX)
#define CERTIFICATE SHAPE(U8, U8, U8, HEX)

/* Types below 128. */
static const struct rdata_shape low[128] = {
	[1] = SHAPE(IPV4),						/* A */
	[2] = SHAPE(LOWER),						/* NS */
	[3] = SHAPE(LOWER),						/* MD */
	[4] = SHAPE(LOWER),						/* MF */
	[5] = SHAPE(LOWER),						/* CNAME */
	[6] = SHAPE(LOWER, LOWER, U32, PERIOD, PERIOD, PERIOD, PERIOD),	/* SOA */
	[7] = SHAPE(LOWER),						/* MB */
	[8] = SHAPE(LOWER),						/* MG */
	[9] = SHAPE(LOWER),						/* MR */
	[10] = WIRE(OPAQUE),						/* NULL: RFC 1035 section 3.3.10 */
	[11] = SHAPE(IPV4, &field_services),				/* WKS */
	[12] = SHAPE(LOWER),						/* PTR */
	[13] = SHAPE(STRING, STRING),					/* HINFO */
	[14] = SHAPE(LOWER, LOWER),					/* MINFO */
	[15] = SHAPE(U16, LOWER),					/* MX */
	[16] = SHAPE(STRINGS),						/* TXT */
	[17] = SHAPE(LOWER, LOWER),					/* RP */
	[18] = SHAPE(U16, LOWER),					/* AFSDB */
	[19] = SHAPE(STRING),						/* X25 */
	[20] = SHAPE(STRING, &field_string_optional),			/* ISDN */
	[21] = SHAPE(U16, LOWER),					/* RT */
	[22] = OLD(HEX),						/* NSAP */
	[23] = SHAPE(NAME),						/* NSAP-PTR */
	[24] = SIGNATURE,						/* SIG */
	[25] = SHAPE(U16, U8, ALG, &field_base64_optional),		/* KEY */
	[26] = SHAPE(U16, LOWER, LOWER),				/* PX */
	[27] = SHAPE(STRING, STRING, STRING),				/* GPOS */
	[28] = SHAPE(&field_ipv6),					/* AAAA */
	[29] = SHAPE(&field_location),					/* LOC */
	[30] = WIRE(LOWER, &field_nxt_bitmap),				/* NXT */
	[31] = OLD(HEX),						/* EID */
	[32] = OLD(HEX),						/* NIMLOC */
	[33] = SHAPE(U16, U16, U16, LOWER),				/* SRV */
	[34] = WIRE(HEX),						/* ATMA */
	[35] = SHAPE(U16, U16, STRING, STRING, STRING, LOWER),		/* NAPTR */
	[36] = SHAPE(U16, LOWER),					/* KX */
	[37] = SHAPE(&field_certificate, U16, ALG, BASE64),		/* CERT */
	[38] = WIRE(&field_a6),						/* A6 */
	[39] = SHAPE(LOWER),						/* DNAME */
	[40] = SHAPE(U8, U8, U8, BASE64),				/* SINK */
	[42] = SHAPE(&field_prefixes),					/* APL */
	[43] = DIGEST,							/* DS */
	[44] = SHAPE(U8, U8, HEX),					/* SSHFP */
	[45] = SHAPE(U8, U8, U8, &field_gateway, &field_base64_optional),	/* IPSECKEY */
	[46] = SIGNATURE,						/* RRSIG */
	[47] = SHAPE(NAME, BITMAP),					/* NSEC */
	[48] = KEY,							/* DNSKEY */
	[49] = SHAPE(BASE64),						/* DHCID */
	[50] = SHAPE(U8, U8, U16, &field_salt, &field_hash, BITMAP),	/* NSEC3 */
	[51] = SHAPE(U8, U8, U16, &field_salt),				/* NSEC3PARAM */
	[52] = CERTIFICATE,						/* TLSA */
	[53] = CERTIFICATE,						/* SMIMEA */
	[55] = SHAPE(&field_host_identity, &field_names),		/* HIP */
	[56] = SHAPE(STRINGS),						/* NINFO */
	[57] = KEY,							/* RKEY */
	[58] = SHAPE(NAME, NAME),					/* TALINK */
	[59] = DIGEST,							/* CDS */
	[60] = KEY,							/* CDNSKEY */
	[61] = SHAPE(BASE64),						/* OPENPGPKEY */
	[62] = SHAPE(U32, U16, BITMAP),					/* CSYNC */
	[63] = SHAPE(U32, U8, U8, HEX),					/* ZONEMD */
	[64] = SHAPE(U16, NAME, &field_parameters),			/* SVCB */
	[65] = SHAPE(U16, NAME, &field_parameters),			/* HTTPS */
	[66] = SHAPE(TYPE, &field_scheme, U16, NAME),			/* DSYNC */
	[67] = WIRE(OPAQUE),						/* HHIT */
	[68] = WIRE(OPAQUE),						/* BRID */
	[99] = SHAPE(STRINGS),						/* SPF */
	[100] = WIRE(OPAQUE),						/* UINFO */
	[101] = WIRE(OPAQUE),						/* UID */
	[102] = WIRE(OPAQUE),						/* GID */
	[103] = WIRE(OPAQUE),						/* UNSPEC */
	[104] = SHAPE(U16, &field_locator),				/* NID */
	[105] = SHAPE(U16, IPV4),					/* L32 */
	[106] = SHAPE(U16, &field_locator),				/* L64 */
	[107] = SHAPE(U16, NAME),					/* LP */
	[108] = SHAPE(&field_eui48),					/* EUI48 */
	[109] = SHAPE(&field_eui64),					/* EUI64 */
};

/* Types from 256 on, ascending. */
static const struct rdata_shape from_256[] = {
	SHAPE(U16, U16, &field_text_some),				/* URI */
	SHAPE(U8, &field_tag, &field_text),				/* CAA */
	SHAPE(STRINGS),							/* AVC */
	SHAPE(U32, U32, U8, STRING, &field_base64_dash),		/* DOA */
	SHAPE(U8, &field_relay),					/* AMTRELAY */
	SHAPE(STRINGS),							/* RESINFO */
	SHAPE(STRINGS),							/* WALLET */
	WIRE(OPAQUE),							/* CLA */
	WIRE(OPAQUE),							/* IPN */
};

/* TA and DLV. */
static const struct rdata_shape from_32768[] = {DIGEST, DIGEST};

static const struct rdata_shape unknown = WIRE(NULL);
/* clang-format on */

const struct rdata_shape *
rdata_shape(uint16_t type)
{
	if (LIKELY(type < sizeof(low) / sizeof(low[0])))
		return low[type].fields[0] != NULL ? &low[type] : &unknown;
	if (type >= 256 && type - 256U < sizeof(from_256) / sizeof(from_256[0]))
		return &from_256[type - 256];
	if (type >= 32768 && type - 32768U < sizeof(from_32768) / sizeof(from_32768[0]))
		return &from_32768[type - 32768];
	return &unknown;
}
