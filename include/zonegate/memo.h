/*
 * The memo: which signatures of a zone verified when it was last found good, so that they need not
 * be verified again. It is a memory of a pure function over the same octets (key, RRSIG, canonical
 * RRset) and can make nothing valid that was not; times are always looked at anew.
 */
#ifndef ZONEGATE_MEMO_H
#define ZONEGATE_MEMO_H

#include <stddef.h>

#include <zonegate/status.h>

typedef struct zg_memo zg_memo;

/*
 * Opens the memo in the file `path`, whose key is in the file `path`.key (32 octets, mode 0600,
 * made when it is not there). The memo itself is read by zg_gate_run, beside other work. One that
 * is absent, damaged, under another key, of another program build, of another OpenSSL or of another
 * zone is ignored, and so is any when the policy wants a full check.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_memo_open(
    const char *path, zg_memo **memo, struct zg_error *error);

/* Why the last zg_gate_run with this memo ignored it (static phrase). NULL: it did not. */
ZG_PUBLIC const char *zg_memo_note(const zg_memo *memo);

/*
 * Writes what the last zg_gate_run with this memo verified. Call it only after a pass. ZG_PARAMETER
 * when no run went before.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_memo_save(zg_memo *memo, struct zg_error *error);

ZG_PUBLIC void zg_memo_free(zg_memo *memo);

#endif
