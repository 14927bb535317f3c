/*
 * The table of shapes: which fields the RDATA of a type has. It drives the reader of presentation
 * forms, the check of wire forms, and which names go to lower case in the canonical form: those of
 * the types that RFC 4034 section 6.2 lists, without the next name of NSEC (RFC 6840 section 5.1).
 */
#include "zone/rdata_field.h"

#include "dns/rr_type.h"

#define U8	&field_u8
#define U16	&field_u16
#define U32	&field_u32
#define PERIOD	&field_period
#define LOWER	&field_name_lower
#define NAME	&field_name
#define STRING	&field_string
#define STRINGS &field_strings
#define BASE64	&field_base64
#define HEX	&field_hex
#define ALG	&field_algorithm
#define SHAPE(...)                                                                                 \
	{                                                                                          \
		{__VA_ARGS__}, TEXT_FIELDS                                                         \
	}
#define OLD(...)                                                                                   \
	{                                                                                          \
		{__VA_ARGS__}, TEXT_LDNS                                                           \
	}
#define WIRE(...)                                                                                  \
	{                                                                                          \
		{__VA_ARGS__}, TEXT_GENERIC                                                        \
	}

#define SIGNATURE   SHAPE(&field_type, ALG, U8, PERIOD, &field_time, &field_time, U16, LOWER, BASE64)
#define KEY	    SHAPE(U16, U8, ALG, BASE64)
#define DIGEST	    SHAPE(U16, ALG, U8, HEX)
#define CERTIFICATE SHAPE(U8, U8, U8, HEX)

/* Types below 128. */
static const struct rdata_shape low[128] = {
    [RR_A] = SHAPE(&field_ipv4),
    [RR_NS] = SHAPE(LOWER),
    [3] = SHAPE(LOWER), /* MD */
    [4] = SHAPE(LOWER), /* MF */
    [RR_CNAME] = SHAPE(LOWER),
    [RR_SOA] = SHAPE(LOWER, LOWER, U32, PERIOD, PERIOD, PERIOD, PERIOD),
    [7] = SHAPE(LOWER),				/* MB */
    [8] = SHAPE(LOWER),				/* MG */
    [9] = SHAPE(LOWER),				/* MR */
    [10] = WIRE(&field_opaque),			/* NULL: RFC 1035 section 3.3.10 */
    [11] = SHAPE(&field_ipv4, &field_services), /* WKS */
    [RR_PTR] = SHAPE(LOWER),
    [13] = SHAPE(STRING, STRING), /* HINFO */
    [14] = SHAPE(LOWER, LOWER),	  /* MINFO */
    [RR_MX] = SHAPE(U16, LOWER),
    [RR_TXT] = SHAPE(STRINGS),
    [17] = SHAPE(LOWER, LOWER),				/* RP */
    [18] = SHAPE(U16, LOWER),				/* AFSDB */
    [19] = SHAPE(STRING),				/* X25 */
    [20] = SHAPE(STRING, &field_string_optional),	/* ISDN */
    [21] = SHAPE(U16, LOWER),				/* RT */
    [22] = OLD(HEX),					/* NSAP */
    [23] = SHAPE(NAME),					/* NSAP-PTR */
    [24] = SIGNATURE,					/* SIG */
    [25] = SHAPE(U16, U8, ALG, &field_base64_optional), /* KEY */
    [26] = SHAPE(U16, LOWER, LOWER),			/* PX */
    [27] = SHAPE(STRING, STRING, STRING),		/* GPOS */
    [RR_AAAA] = SHAPE(&field_ipv6),
    [29] = SHAPE(&field_location),	   /* LOC */
    [30] = WIRE(LOWER, &field_nxt_bitmap), /* NXT */
    [31] = OLD(HEX),			   /* EID */
    [32] = OLD(HEX),			   /* NIMLOC */
    [RR_SRV] = SHAPE(U16, U16, U16, LOWER),
    [34] = WIRE(HEX),					   /* ATMA */
    [35] = SHAPE(U16, U16, STRING, STRING, STRING, LOWER), /* NAPTR */
    [36] = SHAPE(U16, LOWER),				   /* KX */
    [37] = SHAPE(&field_certificate, U16, ALG, BASE64),	   /* CERT */
    [38] = WIRE(&field_a6),				   /* A6 */
    [RR_DNAME] = SHAPE(LOWER),
    [40] = SHAPE(U8, U8, U8, BASE64), /* SINK */
    [42] = SHAPE(&field_prefixes),    /* APL */
    [RR_DS] = DIGEST,
    [44] = SHAPE(U8, U8, HEX),					      /* SSHFP */
    [45] = SHAPE(U8, U8, U8, &field_gateway, &field_base64_optional), /* IPSECKEY */
    [RR_RRSIG] = SIGNATURE,
    [RR_NSEC] = SHAPE(NAME, &field_bitmap),
    [RR_DNSKEY] = KEY,
    [49] = SHAPE(BASE64), /* DHCID */
    [RR_NSEC3] = SHAPE(U8, U8, U16, &field_salt, &field_hash, &field_bitmap),
    [RR_NSEC3PARAM] = SHAPE(U8, U8, U16, &field_salt),
    [52] = CERTIFICATE,				      /* TLSA */
    [53] = CERTIFICATE,				      /* SMIMEA */
    [55] = SHAPE(&field_host_identity, &field_names), /* HIP */
    [56] = SHAPE(STRINGS),			      /* NINFO */
    [57] = KEY,					      /* RKEY */
    [58] = SHAPE(NAME, NAME),			      /* TALINK */
    [RR_CDS] = DIGEST,
    [RR_CDNSKEY] = KEY,
    [61] = SHAPE(BASE64),		   /* OPENPGPKEY */
    [62] = SHAPE(U32, U16, &field_bitmap), /* CSYNC */
    [RR_ZONEMD] = SHAPE(U32, U8, U8, HEX),
    [64] = SHAPE(U16, NAME, &field_parameters),		 /* SVCB */
    [65] = SHAPE(U16, NAME, &field_parameters),		 /* HTTPS */
    [66] = SHAPE(&field_type, &field_scheme, U16, NAME), /* DSYNC */
    [67] = WIRE(&field_opaque),				 /* HHIT */
    [68] = WIRE(&field_opaque),				 /* BRID */
    [99] = SHAPE(STRINGS),				 /* SPF */
    [100] = WIRE(&field_opaque),			 /* UINFO */
    [101] = WIRE(&field_opaque),			 /* UID */
    [102] = WIRE(&field_opaque),			 /* GID */
    [103] = WIRE(&field_opaque),			 /* UNSPEC */
    [104] = SHAPE(U16, &field_locator),			 /* NID */
    [105] = SHAPE(U16, &field_ipv4),			 /* L32 */
    [106] = SHAPE(U16, &field_locator),			 /* L64 */
    [107] = SHAPE(U16, NAME),				 /* LP */
    [108] = SHAPE(&field_eui48),
    [109] = SHAPE(&field_eui64),
};

/* Types from 256 on, ascending. */
static const struct rdata_shape from_256[] = {
    SHAPE(U16, U16, &field_text_some),		     /* URI */
    SHAPE(U8, &field_tag, &field_text),		     /* CAA */
    SHAPE(STRINGS),				     /* AVC */
    SHAPE(U32, U32, U8, STRING, &field_base64_dash), /* DOA */
    SHAPE(U8, &field_relay),			     /* AMTRELAY */
    SHAPE(STRINGS),				     /* RESINFO */
    SHAPE(STRINGS),				     /* WALLET */
    WIRE(&field_opaque),			     /* CLA */
    WIRE(&field_opaque),			     /* IPN */
};

/* TA and DLV. */
static const struct rdata_shape from_32768[] = {DIGEST, DIGEST};

static const struct rdata_shape unknown = WIRE(NULL);

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
