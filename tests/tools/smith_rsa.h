/* RSA keys that follow from a label alone, as smith_key_make does it for the other kinds. */
#ifndef TOOLS_SMITH_RSA_H
#define TOOLS_SMITH_RSA_H

#include "smith.h"

/*
 * The same arguments give the same key. `bits`: of the modulus, a multiple of 64, at least 512.
 * `tag`: the key tag that the published record shall have, SMITH_NATURAL: any.
 */
struct smith_key *smith_rsa_make(const char *origin, uint8_t algorithm, uint16_t flags,
    unsigned bits, const char *label, int tag);

#endif
