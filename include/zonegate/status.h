/*
 * What a library call can say. A defect in a zone is a finding, never a status: a status other
 * than ZG_OK means that the gate could not do its work.
 */
#ifndef ZONEGATE_STATUS_H
#define ZONEGATE_STATUS_H

#if defined(__GNUC__)
#define ZG_PUBLIC	__attribute__((visibility("default")))
#define ZG_MUST_CHECK	__attribute__((warn_unused_result))
#define ZG_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define ZG_PUBLIC
#define ZG_MUST_CHECK
#define ZG_PRINTF(f, a)
#endif

/* Numbers are pinned: they are never reused and never change. */
typedef enum zg_status {
	ZG_OK = 0,
	ZG_MEMORY = 1,	       /* an allocation failed */
	ZG_LIMIT = 2,	       /* a named limit of <zonegate/limits.h> was reached */
	ZG_PARAMETER = 3,      /* the caller passed something unusable */
	ZG_READ = 10,	       /* an input could not be opened or read */
	ZG_WRITE = 11,	       /* an output could not be written */
	ZG_POLICY = 20,	       /* the policy is not well formed, not valid or not consistent */
	ZG_DS_SYNTAX = 21,     /* the DS file is not well formed */
	ZG_INPUT_MISSING = 22, /* an input that the caller or the policy requires was not given */
	ZG_INPUT_BAD = 23,     /* an input beside the zone cannot be used */
	ZG_CRYPTO = 30,	       /* the cryptographic library failed */
	ZG_NOT_SUPPORTED = 40, /* asked for something that this build cannot do */
	ZG_INTERNAL = 90       /* a condition that cannot be: a defect of this library */
} zg_status;

/* Longest message that comes with a status, NUL included. */
#define ZG_ERROR_TEXT_MAX 512

/* A message for people that goes with a status. Always NUL-terminated; never ends in a newline. */
struct zg_error {
	char text[ZG_ERROR_TEXT_MAX];
};

/* One short English phrase for `status`; static storage. */
ZG_PUBLIC const char *zg_status_text(zg_status status);

#endif
