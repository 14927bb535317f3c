/* DNSSEC algorithm numbers and digest types: names and status, from the IANA registries. */
#ifndef DNS_ALGORITHM_H
#define DNS_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dnssec_algorithm {
	ALG_RSASHA1 = 5,
	ALG_RSASHA1_NSEC3_SHA1 = 7,
	ALG_RSASHA256 = 8,
	ALG_RSASHA512 = 10,
	ALG_ECDSAP256SHA256 = 13,
	ALG_ECDSAP384SHA384 = 14,
	ALG_ED25519 = 15,
	ALG_ED448 = 16
};

enum digest_type { DIGEST_SHA1 = 1, DIGEST_SHA256 = 2, DIGEST_GOST = 3, DIGEST_SHA384 = 4 };

/* The mnemonic, or NULL for a number that this table does not know. */
const char *algorithm_name(uint8_t algorithm);

/* This build verifies signatures of the algorithm: 5, 7, 8, 10, 13, 14, 15, 16. */
bool algorithm_is_supported(uint8_t algorithm);

/* RSA in any of its forms. */
bool algorithm_is_rsa(uint8_t algorithm);

/* Octets of a digest of this type (DS and CDS), or 0 when the type is not known. */
size_t digest_type_length(uint8_t digest_type);

#endif
