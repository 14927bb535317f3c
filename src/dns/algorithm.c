/* DNSSEC algorithm numbers and digest types. */
#include "dns/algorithm.h"

static const struct {
	uint8_t number;
	bool supported;
	const char *name;
} algorithms[] = {
    {1, false, "RSAMD5"},
    {3, false, "DSA"},
    {ALG_RSASHA1, true, "RSASHA1"},
    {6, false, "DSA-NSEC3-SHA1"},
    {ALG_RSASHA1_NSEC3_SHA1, true, "RSASHA1-NSEC3-SHA1"},
    {ALG_RSASHA256, true, "RSASHA256"},
    {ALG_RSASHA512, true, "RSASHA512"},
    {12, false, "ECC-GOST"},
    {ALG_ECDSAP256SHA256, true, "ECDSAP256SHA256"},
    {ALG_ECDSAP384SHA384, true, "ECDSAP384SHA384"},
    {ALG_ED25519, true, "ED25519"},
    {ALG_ED448, true, "ED448"},
    {253, false, "PRIVATEDNS"},
    {254, false, "PRIVATEOID"},
};

static const struct {
	uint8_t number;
	uint8_t length;
} digests[] = {
    {DIGEST_SHA1, 20},
    {DIGEST_SHA256, 32},
    {DIGEST_GOST, 32},
    {DIGEST_SHA384, 48},
};

const char *
algorithm_name(uint8_t algorithm)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].number == algorithm)
			return algorithms[i].name;
	}
	return NULL;
}

bool
algorithm_is_supported(uint8_t algorithm)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].number == algorithm)
			return algorithms[i].supported;
	}
	return false;
}

bool
algorithm_is_rsa(uint8_t algorithm)
{
	return algorithm == ALG_RSASHA1 || algorithm == ALG_RSASHA1_NSEC3_SHA1 ||
	       algorithm == ALG_RSASHA256 || algorithm == ALG_RSASHA512;
}

size_t
digest_type_length(uint8_t digest_type)
{
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		if (digests[i].number == digest_type)
			return digests[i].length;
	}
	return 0;
}
