/*
 * Every hard limit, with its reason. Input is hostile: nothing is allocated or looped over without
 * one of these above it. A limit that is reached is said, as a finding or as ZG_LIMIT.
 */
#ifndef ZONEGATE_LIMITS_H
#define ZONEGATE_LIMITS_H

/* Names and RDATA: RFC 1035 sections 2.3.4 and 3.2.1. */
#define ZG_NAME_MAX   255
#define ZG_LABEL_MAX  63
#define ZG_LABELS_MAX 127
#define ZG_RDATA_MAX  65535

/* One entry of a zone file, parentheses and comments included: the presentation form of the
 * longest RDATA written as one escaped octet each (4 characters) with room for white space. */
#define ZG_ENTRY_TEXT_MAX (1024 * 1024)
/* Fields of one entry: a TXT record of one-octet strings has 32767. */
#define ZG_ENTRY_TOKENS_MAX 70000
/* Parameters of one SVCB or HTTPS record in text; about ten are registered. */
#define ZG_SVCB_PARAMETERS_MAX 256
/* Depth of $INCLUDE: real zones use one or two; a file that includes itself ends here. */
#define ZG_INCLUDE_DEPTH_MAX 16
/* Files a zone may be spread over. */
#define ZG_INCLUDE_FILES_MAX 1024
/* Source lines over all files of a zone; line numbers are kept in 32 bits. */
#define ZG_LINES_MAX 0xfffffff0U

/* Records and owner names are counted in 32 bits. */
#define ZG_RECORDS_MAX 0xfffffff0U
/* Names and RDATA live in arenas addressed in 32 bits of four octets each. */
#define ZG_ARENA_MAX (16ULL * 1024 * 1024 * 1024)

/* DNSKEY records at the apex that are looked at: the largest real sets have about ten. */
#define ZG_KEYS_MAX 64
/* Keys tried for one RRSIG: lawful tag collisions need two; see KeyTrap, CVE-2023-50387. */
#define ZG_KEYS_PER_TAG_MAX 4
/* RRSIGs verified for one RRset: two algorithms, two keys each, twice over. */
#define ZG_RRSIGS_PER_RRSET_MAX 16
/* Bytes of public-key input from one RRset. */
#define ZG_SIGNED_DATA_MAX (64 * 1024 * 1024)
/* DS records of the parent, and CDS and CDNSKEY records of the zone: as for keys. */
#define ZG_DS_MAX 64
/* RSA moduli: RFC 3110 section 2 and RFC 5702 section 2 end at 4096 bits, and larger ones cost more
 * than any signer would spend. */
#define ZG_RSA_BITS_MAX 4096

/* NSEC3: RFC 5155 section 10.3 stops at 2500; hashing a large zone so often would never end. */
#define ZG_NSEC3_ITERATIONS_MAX 2500
/* NSEC3 chains (parameter sets) looked at in one zone. */
#define ZG_NSEC3_CHAINS_MAX 8

/* Faults of denial of one kind that a broken candidate is compared with the zone in force by: each
 * of the one is looked for among those of the other. */
#define ZG_REPAIR_DENIAL_MAX 4096

/* Examples kept for each check, and groups of failing signatures. */
#define ZG_EXAMPLES_MAX	      1000
#define ZG_EXAMPLES_DEFAULT   5
#define ZG_FAILURE_GROUPS_MAX 64
#define ZG_CLASSES_MAX	      64

/* A policy or configuration file. */
#define ZG_POLICY_BYTES_MAX (1024 * 1024)
#define ZG_POLICY_DEPTH_MAX 32
/* Attributes of one element: the schema knows six; libxml2 takes quadratic time over them. */
#define ZG_POLICY_ATTRIBUTES_MAX 64
/* Doubled hyphens: each one in a comment is an error for which libxml2 copies the comment. */
#define ZG_POLICY_HYPHENS_MAX 256
/* Policies in one file, and the lists of a policy: far more than anybody keeps by hand. */
#define ZG_POLICIES_MAX		 64
#define ZG_POLICY_KEYS_MAX	 256
#define ZG_POLICY_ALGORITHMS_MAX 64
#define ZG_POLICY_WATCH_MAX	 4096
#define ZG_POLICY_APPROVERS_MAX	 64
/* A DS file. */
#define ZG_DS_FILE_BYTES_MAX (256 * 1024)

/* A report (JSON) in the history: every example of every check that a run can keep. */
#define ZG_HISTORY_REPORT_MAX (64 * 1024 * 1024)
/* Rows that one question to the history answers: a release a minute for two months. */
#define ZG_HISTORY_ROWS_MAX 100000

/* The text of one approval: 8192 facts and 256 findings need about 500 KB. Approvals of one zone
 * that are looked at: each costs a signature check. */
#define ZG_APPROVAL_BYTES_MAX (1024 * 1024)
#define ZG_APPROVALS_MAX      256

/* Threads of one check. */
#define ZG_THREADS_MAX 256

#endif
