/*
 * The gate: zone text in, verdict and findings out. gate_run is a pure function of its inputs: it
 * reads what it is given, and neither prints, forks nor looks at the clock.
 */
#ifndef ZONEGATE_GATE_H
#define ZONEGATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/approval.h>
#include <zonegate/finding.h>
#include <zonegate/limits.h>
#include <zonegate/memo.h>
#include <zonegate/policy.h>
#include <zonegate/run.h>
#include <zonegate/status.h>
#include <zonegate/timing.h>
#include <zonegate/verdict.h>

enum zg_source_kind {
	ZG_SOURCE_NONE = 0, /* not given */
	ZG_SOURCE_PATH,	    /* a file name */
	ZG_SOURCE_FD,	    /* an open descriptor, read to its end, not closed */
	ZG_SOURCE_MEMORY
};

struct zg_source {
	enum zg_source_kind kind;
	const char *path; /* ZG_SOURCE_PATH; for the others the name for messages, NULL: none */
	int fd;
	const void *bytes;
	size_t length; /* octets */
};

/* All pointers are borrowed for the call. Zeroed fields mean "not given" or the default. */
struct zg_gate_inputs {
	struct zg_source zone;
	struct zg_source ds;	   /* DS or DNSKEY records in zone-file form */
	struct zg_source previous; /* the zone released before */
	/* Its content digest as zg_result has it: another content is ZG_INPUT_BAD. NULL: any. */
	const char *previous_digest;
	bool previous_known;		 /* the caller has proved that it is: the gate does not */
	struct zg_source unsigned_input; /* the registry's unsigned zone */
	struct zg_source trials;	 /* trial signatures by new keys, one TXT a signer */
	const zg_policy *policy;	 /* NULL: the built-in default */
	const char *origin;		 /* presentation form; NULL: the SOA's owner */
	const char *state; /* the state directory: history to prove against; NULL: none */
	uint32_t ds_ttl;   /* seconds, as the parent publishes it; 0: not known */
	/* When the parent's own servers were seen to publish `ds`, proved; 0: a file or person says
	 * so. */
	int64_t ds_time;
	/* Other providers of a multi-signer zone, whose served versions the history has to know;
	 * NULL: those that it knows. */
	const char *const *providers;
	size_t n_providers;
	int64_t provider_max_age; /* seconds that this may be old; 0: the default */
	bool remember;		  /* zg_result_facts is wanted */
	bool complete; /* it is to be released: the policy's demand for completeness counts */
	/* The zone comes by a transfer, and ended as one does that was not cut: with the closing
	 * SOA record. True as well when only `zone_end` will tell. */
	bool whole;
	/* Called when the zone's text was read to its end: whether that was its end. Any other
	 * status than ZG_OK ends the run with it. NULL: nobody is asked. */
	zg_status (*zone_end)(void *context, struct zg_error *error);
	void *zone_end_context;
	int64_t now;	  /* seconds since 1970 UTC */
	unsigned threads; /* 0 is 1 */
	enum zg_verify_with verify_with;
	zg_memo *memo;	  /* what verified before, and where what verifies now goes; NULL: none */
	size_t examples;  /* for each check, at most ZG_EXAMPLES_MAX; 0: ZG_EXAMPLES_DEFAULT */
	unsigned require; /* enum zg_input: missing ones make it undecided */
	bool allow_include;
	/* What approvals are bound to: the installation's id. NULL: none are looked at. */
	const char *installation;
	const struct zg_approver *approvers; /* all that the installation knows */
	size_t n_approvers;
	const struct zg_approval *approvals; /* at most ZG_APPROVALS_MAX */
	size_t n_approvals;
	zg_progress progress; /* may be NULL */
	void *progress_context;
	struct zg_timing *timing; /* where the time goes is added to it; NULL: not measured */
};

/* What a history keeps of a candidate: for the program's own use. */
struct release_facts;

/* A DNSKEY at the apex. */
struct zg_key {
	uint8_t algorithm;
	uint16_t tag;
	uint16_t flags;
	unsigned bits;
	const char *sha256; /* of the RDATA, 64 hex digits */
	bool signs_dnskey;
	uint64_t n_signatures;	    /* verified, over anything but DNSKEY, CDS, CDNSKEY */
	uint64_t n_tried;	    /* RRSIGs that name this tag and algorithm */
	bool in_parent;		    /* a DS of the parent names it */
	const char *algorithm_name; /* "ECDSAP256SHA256", static; NULL: not known */
};

struct zg_signing_class {
	const char *keys; /* "13/12345 13/54321", empty: unsigned */
	uint32_t ttl;
	uint64_t n_rrsets;
	int64_t earliest_expiration;
	const char *owner; /* example */
	const char *type;
};

/* Failing signatures by algorithm, tag and inception. */
struct zg_failure_group {
	uint8_t algorithm;
	uint16_t key_tag;
	int64_t inception; /* 0: all inceptions that have no group of their own */
	uint64_t n_bad;
	uint64_t n_of; /* RRSIGs of this algorithm and tag in all */
};

/* A combination that some cache can hold and that does not validate: cache view. All text is
 * escaped. */
struct zg_counterexample {
	const char *kind;     /* "ds-dnskey" or "dnskey-data" */
	const char *models;   /* "lenient, strict-ds": which validators */
	bool preexisting;     /* holding the candidate back would not help */
	const char *cause;    /* NULL, "expiry", "serve-stale" or "margin" */
	int64_t from, until;  /* bogus in [from, until); INT64_MAX: without end */
	const char *held;     /* what the cache holds: "example. DNSKEY", */
	uint32_t held_serial; /* of which release; 0: not ours */
	int64_t held_fetched; /* fetched at the latest then; INT64_MAX: still served */
	uint32_t held_ttl;
	const char *asked;     /* what is asked for: "www.example. A" */
	bool asked_candidate;  /* and that is the candidate's */
	const char *broken;    /* one sentence: why the two do not fit */
	uint64_t n_rrsets;     /* affected */
	int64_t earliest_safe; /* INT64_MAX: waiting never helps */
	const char *sum;       /* how that time comes about: "10:00 + 30m propagation + 1h TTL" */
	const char *remedy;    /* the smallest change that would make it pass */
};

/* What must, or may, be done and when: forward obligations and release-by deadlines. */
struct zg_deadline {
	const char
	    *id;      /* "release-by-soft", "release-by-hard", "release-by-secondary", "keep-key",
			 "keep-signing", "may-sign", "may-remove", "may-submit-ds", "cached-ttl" */
	int64_t time; /* INT64_MAX: an intermediate step is needed first */
	const char *subject; /* "13/12345", or NULL */
	const char *text;    /* one sentence */
};

/* A broken candidate compared with the zone in force, which is broken as well. Counts are of RRsets
 * that are to be signed. */
struct zg_repair {
	bool possible; /* nothing is broken that is not broken in force: a quorum may let it out */
	const char *why;			   /* not, one phrase; NULL when it is possible */
	bool compared;				   /* else the counts are not known */
	uint64_t n_former_rrsets, n_former_broken; /* in force */
	uint64_t n_rrsets, n_broken;		   /* in the candidate */
	uint64_t n_new; /* broken in the candidate only: RRsets, and faults of denial */
	/* Affected RRset-seconds as the cache view has them, when that makes a difference. */
	bool has_damage;
	uint64_t damage_hold, damage_release;
};

/* A check that did not run, and why. */
struct zg_not_run {
	const struct zg_check *check;
	const char *reason; /* static */
};

enum zg_count {
	ZG_COUNT_RECORDS,
	ZG_COUNT_OWNERS,
	ZG_COUNT_DELEGATIONS,
	ZG_COUNT_SECURE_DELEGATIONS,
	ZG_COUNT_RRSIGS,
	ZG_COUNT_VERIFIED,
	ZG_COUNT_BY_BATCH, /* RRSIGs decided in batches */
	ZG_COUNT_BY_EVP,   /* RRSIGs decided one by one */
	ZG_COUNT_BY_MEMO,  /* RRSIGs that verified before, over the same octets */
	ZG_COUNT_NSEC,
	ZG_COUNT_NSEC3,
	ZG_COUNT_COUNT
};

/* What is counted in the candidate and in the zone released before it. */
enum zg_change_kind {
	ZG_CHANGE_RECORDS, /* but for those that any release renews: RRSIG, NSEC, NSEC3, SOA, ZONEMD
			    */
	ZG_CHANGE_DELEGATIONS,
	ZG_CHANGE_SECURE_DELEGATIONS,
	ZG_CHANGE_NS_HOSTS, /* different names in NS records of delegations */
	ZG_CHANGE_COUNT
};
struct zg_change {
	uint64_t before, after;
	uint64_t lost, gained; /* of those before, not in the candidate; and the reverse */
};

/* The result. Everything in it lives until zg_result_free. */
struct zg_result {
	zg_verdict verdict;
	const char *reason; /* one phrase: "pass, chain to the parent not checked" */
	const char *zone;   /* presentation form, or NULL when the origin is not known */
	bool has_serial;
	uint32_t serial;
	const char *digest; /* content digest, 96 hex digits; NULL when the zone was not built */
	const char *policy; /* name */
	/* SHA-256 of what the policy says beyond the defaults, 64 hex digits. */
	const char *policy_digest;
	int64_t now;
	unsigned inputs;	  /* enum zg_input that were given */
	const char *completeness; /* what proves that nothing was cut out, or "none" */
	uint64_t counts[ZG_COUNT_COUNT];
	const struct zg_change *changes; /* ZG_CHANGE_COUNT; NULL: no former zone was given */

	const struct zg_finding
	    *findings; /* refuse first, then approve, warn; table order within */
	size_t n_findings;
	const struct zg_not_run *not_run;
	size_t n_not_run;
	const struct zg_key *keys;
	size_t n_keys;
	const struct zg_signing_class *classes;
	size_t n_classes;
	bool more_classes; /* than ZG_CLASSES_MAX: they were not kept */
	const struct zg_failure_group *failures;
	size_t n_failures;

	int64_t release_by; /* when the first signature that is needed expires; 0: none */

	const char *cache_view; /* "proved", "refuted", "not worse", "unknown"; NULL: no history */
	int64_t earliest_safe;	/* of the release; 0: now; INT64_MAX: waiting never helps */
	const struct zg_counterexample *counterexamples; /* new ones first */
	size_t n_counterexamples;
	const struct zg_deadline *deadlines; /* by time */
	size_t n_deadlines;

	const struct zg_repair *repair; /* NULL: not looked at */

	const struct zg_approval_state *approvals; /* in the order given */
	size_t n_approvals;
	size_t quorum; /* approvers that a finding needs to be accepted; 0: not asked for */
};

/*
 * Runs the whole check. ZG_OK: *result holds verdict REFUSE, HELD, PASS, or UNDECIDED when a
 * required input is missing. Any other status: *result is NULL, `error` says why, and the caller
 * must treat it as undecided.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_gate_run(
    const struct zg_gate_inputs *inputs, struct zg_result **result, struct zg_error *error);

/*
 * Whether the DS set `inputs->ds` may be handed to the parent at `inputs->now`, while the last
 * release of zone `inputs->origin` in the history `inputs->state` stays as it is. Of the other
 * inputs only the policy is looked at. The result has a verdict (PASS, REFUSE, UNDECIDED when the
 * past is unknown), a reason, zone, serial of that release, and the cache view; no checks are run.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_gate_try_ds(
    const struct zg_gate_inputs *inputs, struct zg_result **result, struct zg_error *error);

ZG_PUBLIC void zg_result_free(struct zg_result *result);

/*
 * What is to be done next about the last release of zone `inputs->origin` in the history
 * `inputs->state`, as of `inputs->now`. Of the other inputs only the policy is looked at. The
 * result has deadlines, zone and serial; nothing is judged, so its verdict is UNDECIDED.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_gate_outlook(
    const struct zg_gate_inputs *inputs, struct zg_result **result, struct zg_error *error);

/* NULL unless `remember` was set, and the zone is known. Lives as long as the result. */
ZG_PUBLIC const struct release_facts *zg_result_facts(const struct zg_result *result);

/* A DS file of `zone`, as zg_gate_inputs.ds takes it, in the form that a history keeps: at most
 * ZG_DS_MAX entries of `list`, for the program's own use. `*ttl`: the largest TTL of its DS
 * records, 0 when they say none; may be NULL. */
struct release_ds;
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_ds_read(const struct zg_source *source, const char *zone,
    struct release_ds *list, size_t *n, uint32_t *ttl, struct zg_error *error);

/* Trust anchors, TRUST_ANCHORS_MAX at most, of any zones: DS or DNSKEY records in zone-file form
 * with absolute names (dns-root-data's root.key), or IANA's root-anchors.xml; which one is seen
 * from the content. For the program's own use. ZG_INPUT_BAD, with file and line: it is neither, or
 * has no anchor. */
struct trust_anchor;
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_anchors_read(const struct zg_source *source,
    struct trust_anchor *anchors, size_t *n, struct zg_error *error);

/* Reads a zone, and takes a sample of it for its servers to be asked: apex, names that the policy
 * (NULL: none) watches, the first, the last, `n_names` by chance, and some that do not exist; of 0
 * names only serial and content digest. Who does not know `seed` cannot foretell the names. For the
 * program's own use; *sample is owned by the caller (zone_sample_free). ZG_INPUT_BAD: the text is
 * no zone of that name. */
struct zone_sample;
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_zone_sample(const struct zg_source *source, const char *origin,
    const zg_policy *policy, size_t n_names, uint64_t seed, struct zone_sample **sample,
    struct zg_error *error);

/* The same of a zone that is not at hand: what to ask its servers for, and no content. Apex, the DS
 * RRsets of names that the policy (NULL: none) watches, and `n_names` names that are hardly there.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_zone_questions(const char *origin, const zg_policy *policy,
    size_t n_names, uint64_t seed, struct zone_sample **sample, struct zg_error *error);

/* Reads a zone, or those parts of one that somebody has (its SOA and DNSKEY RRsets at least), and
 * verifies it: *facts, zeroed by the caller, has keys, signers and signing classes as a release has
 * them; nothing is judged. Of the policy (NULL: the built-in default) the clock skew counts. For
 * the program's own use; release_facts_clear also after a failure. ZG_INPUT_BAD: the text is no
 * zone of that name. */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_zone_facts(const struct zg_source *source, const char *origin,
    const zg_policy *policy, int64_t now, struct release_facts *facts, struct zg_error *error);

#endif
