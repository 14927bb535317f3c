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
/* Signatures tried for one answer from the network, over all of its RRsets: the largest proof has
 * four, each with the keys of two algorithms. */
#define ZG_PROOF_TRIES_MAX 128
/* NSEC and NSEC3 RRsets of an answer that are looked at: no proof needs more than three, and a
 * server may send those of a second chain. */
#define ZG_PROOF_DENIALS_MAX 16
/* NSEC3 iterations of an answer that are followed: RFC 9276 section 3.2 lets validators stop at a
 * limit of their own; 150 is the one that they shared when it was written. */
#define ZG_PROOF_ITERATIONS_MAX 150
/* Bytes of public-key input from one RRset. */
#define ZG_SIGNED_DATA_MAX (64 * 1024 * 1024)
/* Trial signatures of signers in one file: more than a zone has signers. */
#define ZG_TRIALS_MAX 64
/* That file: it may be a zone of its own. */
#define ZG_TRIALS_FILE_BYTES_MAX (1024 * 1024)
/* DS records of the parent, and CDS and CDNSKEY records of the zone: as for keys. */
#define ZG_DS_MAX 64
/* Addresses of a parent's name servers that are asked: the root has 26. Names of them: twice what
 * any zone of registries has. */
#define ZG_PARENT_ADDRESSES_MAX 64
#define ZG_PARENT_HOSTS_MAX	32
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
/* The text of a policy in the history, its defaults filled in; of a longer one only the digest. */
#define ZG_HISTORY_POLICY_MAX (4 * 1024 * 1024)
/* Rows that one question to the history answers: a release a minute for two months. */
#define ZG_HISTORY_ROWS_MAX 100000

/* Releases of a zone that were stopped on their way through its stages and whose serials
 * secondaries may still have: each takes an abort by a person. */
#define ZG_STAGED_SERIALS_MAX 1024

/* Candidates in one statement: more than a bad night has, and what a reader takes in. Serials that
 * it can be asked for. Looks at the servers: the newest matter. One statement with its evidence, as
 * JSON: some hundred KB. */
#define ZG_STATEMENT_EVENTS_MAX	 32
#define ZG_STATEMENT_SERIALS_MAX 16
#define ZG_STATEMENT_LOOKS_MAX	 8
#define ZG_STATEMENT_BYTES_MAX	 (4 * 1024 * 1024)

/* The text of one approval: 8192 facts and 256 findings need about 500 KB. Approvals of one zone
 * that are looked at: each costs a signature check. */
#define ZG_APPROVAL_BYTES_MAX (1024 * 1024)
#define ZG_APPROVALS_MAX      256

/* One DNS message unpacked: a pointer of two octets may stand for a name of 255, and 65535 octets
 * have room for 32768. */
#define ZG_MESSAGE_BYTES_MAX (16 * 1024 * 1024)
/* Names of a sample, and questions about them: of a delegation there are two. 64 servers are asked
 * twice each, which ZG_ASKS_MAX has room for. */
#define ZG_SAMPLE_NAMES_MAX   400
#define ZG_SAMPLE_ENTRIES_MAX 1024
/* Questions of one run: 64 servers, 2048 each. */
#define ZG_ASKS_MAX 131072
/* What the answers of one server may take in memory: 8 KB for each of 2048. */
#define ZG_ASKS_SERVER_BYTES_MAX (16 * 1024 * 1024)
/* Sockets of one run: below what systems allow a process. */
#define ZG_ASKS_IN_FLIGHT_MAX 512

/* RRsets that are taken from the answers of one server to find out who signs: those of a sample,
 * and the denial that comes with it. */
#define ZG_SURVEY_RRSETS_MAX 1024
/* Other providers of a multi-signer zone: two are usual. */
#define ZG_PROVIDERS_MAX 8

/* Messages of one zone transfer: as much as the arenas of names and RDATA can take. */
#define ZG_TRANSFER_MAX (16ULL * 1024 * 1024 * 1024)
/* A file with one TSIG key: a secret of 512 octets takes 700 characters, the rest is comments. */
#define ZG_TSIG_FILE_BYTES_MAX 8192

/* Threads of one check. */
#define ZG_THREADS_MAX 256

#endif
