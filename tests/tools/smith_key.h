/* Algorithms and public keys, for the files of smith. */
#ifndef TOOLS_SMITH_KEY_H
#define TOOLS_SMITH_KEY_H

#include "smith.h"

struct smith_algorithm {
	uint8_t number;
	enum { SMITH_RSA, SMITH_ECDSA, SMITH_EDDSA } kind;
	const char *name;   /* BIND's */
	const char *digest; /* NULL: part of the algorithm */
	size_t size;	    /* octets of a private key; ECDSA also of r and s */
	const char *curve;  /* ECDSA */
	int id;		    /* EdDSA */
};

/* Ends the program for a number that is not known. */
const struct smith_algorithm *smith_algorithm(uint8_t number);

/* The key in a DNSKEY record; NULL: none of its algorithm. */
EVP_PKEY *smith_public_key(const ldns_rr *dnskey);

#endif
