/* What the two halves of the shim share. */
#ifndef FAULT_HOOKS_H
#define FAULT_HOOKS_H

#include <stdbool.h>

/* Whether this call of `name` is the one that fails; errno is `error` then, if not asked otherwise.
 */
bool fault_fails(const char *name, int error);

#endif
