/* Policies: what is acceptable. Read from XML, immutable afterwards. */
#ifndef ZONEGATE_POLICY_H
#define ZONEGATE_POLICY_H

#include <stddef.h>

#include <zonegate/status.h>
#include <zonegate/verdict.h>

typedef struct zg_policy zg_policy;

/*
 * Reads the policy file `path`; `name` selects one of several (NULL: the first, which must be the
 * only one). The file is refused (ZG_POLICY) when others may write it, when it has a DOCTYPE, is
 * not valid, or contradicts itself; ZG_LIMIT when it is too large or too deep; ZG_READ when it
 * cannot be read. The message holds file and line.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_policy_read(
    const char *path, const char *name, zg_policy **policy, struct zg_error *error);

/* The same from memory; `label` stands for the file in messages. */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_policy_parse(const char *text, size_t length,
    const char *label, const char *name, zg_policy **policy, struct zg_error *error);

/* The built-in policy: policies/default.xml. */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_policy_default(zg_policy **policy, struct zg_error *error);

ZG_PUBLIC void zg_policy_free(zg_policy *policy);

ZG_PUBLIC const char *zg_policy_name(const zg_policy *policy);

/* The severity of a check id under this policy; the table's default where it says nothing. */
ZG_PUBLIC zg_severity zg_policy_severity(const zg_policy *policy, const char *id);

/*
 * All effective values as canonical policy XML, the defaults filled in: what `policy show` prints.
 * The text is owned by the caller (free).
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_policy_show(
    const zg_policy *policy, char **text, struct zg_error *error);

/*
 * Reads the kasp.xml of OpenDNSSEC 2 and makes policies of the same names, which accept what the
 * signer is told to do there; what does not map becomes an XML comment. The text is a policy file
 * without errors, owned by the caller (free). Statuses as for zg_policy_read.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_policy_import(
    const char *path, char **text, struct zg_error *error);

/* Neither an error nor a warning: what kind of file this is. */
#define ZG_REMARK_NOTE (-1)

/* Called for each lint remark; `line` 0: none. `is_error`: 1, reading refuses it too; 0, a warning;
 * ZG_REMARK_NOTE. */
typedef void (*zg_policy_remark)(
    void *context, const char *file, unsigned line, int is_error, const char *text);

/*
 * Reads the file as zg_policy_read does for every policy in it, and adds warnings about values that
 * are lawful and unwise. A file whose root element is Configuration is read as the configuration of
 * a gate, which begins with a note. ZG_OK: no error (there may be warnings). Each error is a
 * remark, and the first of them is in `error` as well.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_policy_lint(
    const char *path, zg_policy_remark remark, void *context, struct zg_error *error);

#endif
