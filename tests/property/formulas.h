/* The regular rollover methods with random delays and TTLs, against the equations of RFC 7583. */
#ifndef FORMULAS_H
#define FORMULAS_H

#include <stdint.h>

/* Tries every method with the numbers of this draw; prints and counts what differs. */
unsigned formulas_try(uint64_t seed, uint64_t number);
/* Methods of one draw. */
#define FORMULAS 8

#endif
