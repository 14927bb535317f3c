/*
 * The mutation program: damages each zone of the signer matrix in every way that the table knows,
 * one damage at a time, and holds zonegate's verdict against the rule beside the damage. Nothing
 * here knows how zonegate works: zones are damaged by tools/smith, and expected verdicts follow
 * from the RFC named in the rule.
 */
#ifndef MUTATE_MUTATE_H
#define MUTATE_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/gate.h>
#include "smith.h"

/* ---- Base zones ---- */

/* An RRset of a base zone other than RRSIG. */
struct rrset_ref {
	const ldns_rdf *owner; /* borrowed from the base zone */
	ldns_rr_type type;
	size_t first; /* index of its first record */
	size_t n;
	size_t n_rrsigs;
	bool must_sign;
};

/* A list of indexes. */
struct indexes {
	size_t *at; /* owned */
	size_t n;
};

struct base {
	char *name;
	bool deprecated;     /* algorithm 5 or 7: judged by a policy that allows them */
	bool two_algorithms; /* every RRset is signed by both */
	bool csk;	     /* one key an algorithm */
	bool nsec3;	     /* else NSEC */
	bool opt_out;
	bool zonemd;
	struct smith_zone *zone;
	struct smith_keys *keys;    /* of its DNSKEY RRset */
	struct smith_keys *foreign; /* one key of each algorithm that is not in the zone */
	char *ds;		    /* the parent's DS set */
	char *unsigned_text;	    /* what the signer was given */
	int64_t inception, expiration;
	int64_t now;
	struct rrset_ref *sets; /* owned */
	size_t n_sets;
	struct indexes signed_sets; /* into sets: those that must be signed */
	struct indexes plain_sets;  /* into sets: all but NSEC and NSEC3 */
	struct indexes rrsigs;	    /* into zone->rrs */
	struct indexes denials;	    /* into zone->rrs: NSEC or NSEC3 */
};

struct matrix {
	struct base *bases; /* owned */
	size_t n;
	size_t n_skipped; /* rows whose signer is not installed */
};

/* Reads FOLDER/index and its zones; says on standard output what is skipped. */
struct matrix *matrix_read(const char *folder, int64_t now);
void matrix_free(struct matrix *matrix);

/* ---- Mutants ---- */

enum expect {
	EXPECT_REFUSE, /* refused, with one of the ids at that severity */
	EXPECT_HELD,   /* held, with one of the ids */
	EXPECT_WARN,   /* pass, with one of the ids as a warning */
	EXPECT_PASS    /* pass: no finding above warn */
};

#define IDS_MAX	 16
#define WHAT_MAX 256

struct mutation;

struct mutant {
	const struct base *base;
	const struct mutation *mutation;
	size_t index;		 /* which mutant of the class in this zone */
	uint64_t random;	 /* follows from seed, zone, class and index */
	struct smith_zone *zone; /* a copy of the base zone, to damage */
	char *text;		 /* owned; replaces the zone's text when set */
	char *ds;		 /* owned; the other inputs, NULL: not given */
	char *previous;
	char *unsigned_text;
	const char *policy;	  /* policy XML, NULL: as the base zone needs it */
	bool keep_zonemd;	  /* do not compute ZONEMD anew */
	enum expect expect;	  /* from the table unless `apply` narrows it */
	const char *ids[IDS_MAX]; /* any of these is right; the rest is NULL */
	struct smith_keys *keys;  /* those that sign: of the base zone, and what generators add */
	ldns_rdf *name;		  /* owned; for generators: a name that must live long enough */
	char what[WHAT_MAX];	  /* where the damage is */
};

/* One row of the table: a class of damage. */
struct mutation {
	const char *name;
	const char *does;
	const char *rule; /* why the verdict must be as it is: RFC section */
	enum expect expect;
	const char *ids[IDS_MAX]; /* any of these is right; the others are set by `apply` */
	/* How many mutants of this class the zone has. */
	size_t (*count)(const struct base *base);
	/* Makes mutant->index; false: it would be none of this class. */
	bool (*apply)(struct mutant *mutant);
};

extern const struct mutation mutation_table[];
extern const size_t mutation_rows;

/* Makes one mutant; NULL: `apply` declined. */
struct mutant *mutant_new(
    const struct base *base, const struct mutation *mutation, size_t index, uint64_t seed);
void mutant_free(struct mutant *mutant);
/* The row of this name; NULL: there is none. */
const struct mutation *find_class(const char *name);
/* The zone text to judge, owned by the mutant. */
const char *mutant_text(struct mutant *mutant);

/* ---- Helpers of the generators ---- */

/* Sets verdict and ids: literals, ended by NULL. */
void expect(struct mutant *mutant, enum expect verdict, const char *const *ids);
#define IDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Says where: owner and type of an RRset or record. */
void say(struct mutant *mutant, const ldns_rdf *owner, ldns_rr_type type);
void say_more(struct mutant *mutant, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The base zone's RRset with this number among those that must be signed, or all but denial. */
const struct rrset_ref *signed_set(const struct mutant *mutant, size_t index);
const struct rrset_ref *plain_set(const struct mutant *mutant, size_t index);
/* The RRset that an RRSIG record of the base zone covers; NULL: none. */
const struct rrset_ref *covered_set(const struct base *base, const ldns_rr *rrsig);

/* A further key that signs from now on; copied. */
void add_signer(struct mutant *mutant, const struct smith_key *key);

/* Signs the RRset again: smith_resign, which must have made something. A ZONEMD RRset stays as it
 * was made here. */
void sign_again(struct mutant *mutant, const ldns_rdf *owner, ldns_rr_type type);

/* Replaces each RRSIG over the RRset by one that `change` has had its way with. */
typedef void (*sig_change)(
    struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key);
void sign_changed(
    struct mutant *mutant, const ldns_rdf *owner, ldns_rr_type type, sig_change change);

/* Makes the NSEC or NSEC3 chain anew and signs what lacks signatures, so that the zone is
 * consistent after records were added. */
void rebuild(struct mutant *mutant);
/* Signs what lacks signatures. */
void sign_rest(struct mutant *mutant);
/* Natural signature times of the base zone. */
struct smith_sig natural_sig(const struct base *base);

/* Has the zone other records than RRSIG, NSEC and NSEC3 at the name; below it? */
bool has_data(const struct smith_zone *zone, const ldns_rdf *name);
bool has_below(const struct smith_zone *zone, const ldns_rdf *name);
/* Is there an NSEC3 record for this name? */
bool has_nsec3(const struct smith_zone *zone, const ldns_rdf *name);
/* A delegation without DS. */
bool is_insecure_cut(const struct smith_zone *zone, const ldns_rdf *name);

/* The next number that follows from mutant->random, below `bound`. */
size_t draw(struct mutant *mutant, size_t bound);

/* Counts for the table. */
size_t count_one(const struct base *base);
size_t count_two(const struct base *base);
size_t count_four(const struct base *base);
size_t count_six(const struct base *base);
size_t count_rrsigs(const struct base *base);
size_t count_signed_sets(const struct base *base);
size_t count_plain_sets(const struct base *base);
size_t count_denials(const struct base *base);
size_t count_nsec(const struct base *base);	/* NSEC records */
size_t count_nsec3(const struct base *base);	/* NSEC3 records */
size_t count_if_nsec(const struct base *base);	/* 1 in a zone with NSEC */
size_t count_if_nsec3(const struct base *base); /* 1 in a zone with NSEC3 */
size_t count_two_if_nsec3(const struct base *base);
size_t count_if_zonemd(const struct base *base);
size_t count_keys(const struct base *base);

/* ---- Generators, by file ---- */

#define GENERATOR(name) bool name(struct mutant *mutant)

/* mutate_signature.c */
GENERATOR(signature_bit);
GENERATOR(rrsig_removed);
GENERATOR(rrsig_record_ttl);
GENERATOR(rrsig_field_original_ttl);
GENERATOR(rrsig_field_labels);
GENERATOR(rrsig_field_signer);
GENERATOR(rrsig_field_tag);
GENERATOR(rrsig_field_algorithm);
GENERATOR(rrsig_field_times);
GENERATOR(resigned_original_ttl);
GENERATOR(resigned_labels_less);
GENERATOR(resigned_labels_more);
GENERATOR(resigned_signer);
GENERATOR(resigned_tag);
GENERATOR(resigned_other_tag);
GENERATOR(resigned_algorithm);
GENERATOR(resigned_expired);
GENERATOR(resigned_future);
GENERATOR(resigned_reversed);
GENERATOR(resigned_ending);
GENERATOR(wrong_key);
GENERATOR(wrong_key_beside);
GENERATOR(one_algorithm_missing);
GENERATOR(new_algorithm_but_one);
size_t count_if_two_algorithms_sets(const struct base *base);
size_t count_if_one_algorithm_sets(const struct base *base);

/* mutate_record.c */
GENERATOR(rrset_removed);
GENERATOR(rrset_and_rrsigs_removed);
GENERATOR(record_removed);
GENERATOR(record_changed);
GENERATOR(record_added);
GENERATOR(record_ttl);
GENERATOR(record_ttl_one);
GENERATOR(name_added_unsigned);
GENERATOR(soa_second);
GENERATOR(soa_second_same);
GENERATOR(soa_below);
GENERATOR(out_of_zone);
GENERATOR(cname_beside_data);
GENERATOR(cname_second);
GENERATOR(dname_second);
GENERATOR(ds_at_no_cut);
GENERATOR(ds_at_apex);
GENERATOR(rrsig_over_glue);
GENERATOR(rrsig_over_delegation);
GENERATOR(rrsig_over_rrsig);
GENERATOR(rrsig_over_nothing);
GENERATOR(dnskey_below_apex);
GENERATOR(occluded_data);
GENERATOR(glue_unneeded);
GENERATOR(zonemd_digest);
GENERATOR(zonemd_serial);
GENERATOR(zonemd_short);
GENERATOR(zonemd_content);
GENERATOR(cut_out_delegation_alone);
GENERATOR(cut_out_delegation_unsigned);
GENERATOR(cut_out_delegation_previous);
GENERATOR(cut_out_delegation_zonemd);
size_t count_multiple(const struct base *base);
size_t count_signed_names(const struct base *base);
size_t count_glue(const struct base *base);
size_t count_cuts(const struct base *base);
size_t count_hidden_cuts(const struct base *base);
size_t count_hidden_cuts_zonemd(const struct base *base);
size_t count_glue_zonemd(const struct base *base);

/* mutate_denial.c */
GENERATOR(denial_removed);
GENERATOR(denial_all_removed);
GENERATOR(bitmap_cleared);
GENERATOR(bitmap_set);
GENERATOR(next_swapped);
GENERATOR(next_itself);
GENERATOR(next_skipped);
GENERATOR(nsec_next_unknown);
GENERATOR(nsec_at_glue);
GENERATOR(nsec_at_empty);
GENERATOR(nsec_second);
GENERATOR(nsec3_second);
GENERATOR(nsec3_stray);
GENERATOR(nsec3_stray_chained);
GENERATOR(nsec3_owner_deeper);
GENERATOR(nsec3_record_iterations);
GENERATOR(nsec3_record_salt);
GENERATOR(nsec3_record_hash);
GENERATOR(nsec3_record_flags);
GENERATOR(nsec3_opt_out_cleared);
GENERATOR(nsec3_all_hash);
GENERATOR(nsec3_all_iterations);
GENERATOR(nsec3_many_iterations);
GENERATOR(nsec3param_iterations);
GENERATOR(nsec3param_salt);
GENERATOR(nsec3param_flags);
size_t count_bits(const struct base *base);
size_t count_absent_bits(const struct base *base);
size_t count_empty_if_nsec(const struct base *base);
size_t count_glue_if_nsec(const struct base *base);

/* mutate_key.c */
GENERATOR(dnskey_removed);
GENERATOR(dnskey_removed_resigned);
GENERATOR(dnskey_bit);
GENERATOR(dnskey_same_tag);
GENERATOR(dnskey_revoked);
GENERATOR(dnskey_revoked_signs_all);
GENERATOR(dnskey_zone_flag);
GENERATOR(dnskey_protocol);
GENERATOR(dnskey_signed_by_zsk);
GENERATOR(dnskey_new_algorithm);
GENERATOR(ds_digest_bit);
GENERATOR(ds_algorithm);
GENERATOR(ds_tag);
GENERATOR(ds_other_key);
GENERATOR(ds_digest_type);
GENERATOR(ds_of_zsk);
GENERATOR(cds_digest);
GENERATOR(cdnskey_other_key);
size_t count_if_split(const struct base *base);
size_t count_if_cds(const struct base *base);

/* mutate_text.c */
GENERATOR(cut_between);
GENERATOR(cut_inside);
GENERATOR(lawful_shuffled);
GENERATOR(lawful_reversed);
GENERATOR(lawful_owner_case);
GENERATOR(lawful_rdata_case);
GENERATOR(lawful_ttl_units);
GENERATOR(lawful_class_after_ttl);
GENERATOR(lawful_relative);
GENERATOR(lawful_parentheses);
GENERATOR(lawful_generic);
GENERATOR(lawful_line_ends);
size_t count_records(const struct base *base);
size_t count_few(const struct base *base);
#define SAME_TAG_ONE "same tag 143"
#define SAME_TAG_TWO "same tag 334"

/* mutate_lawful.c */
GENERATOR(lawful_base);
GENERATOR(lawful_prepublished_key);
GENERATOR(lawful_signatures_before_key);
GENERATOR(lawful_same_tag);
GENERATOR(lawful_two_zsks);
GENERATOR(lawful_overlap);
GENERATOR(lawful_expired_beside);
GENERATOR(lawful_revoked_key);
GENERATOR(lawful_leftover_nsec);
GENERATOR(lawful_two_chains);
GENERATOR(lawful_partial_chain);
GENERATOR(lawful_opt_out_everywhere);
GENERATOR(lawful_standby_ds);
GENERATOR(lawful_duplicate_record);
GENERATOR(lawful_unsigned_given);
GENERATOR(lawful_previous_given);
GENERATOR(lawful_two_algorithms);

/* ---- Judging ---- */

enum outcome {
	OUTCOME_CAUGHT,	       /* verdict and id as the rule says */
	OUTCOME_SURVIVED,      /* a better verdict than the rule says */
	OUTCOME_WRONG_ID,      /* the verdict without the id */
	OUTCOME_FALSE_REFUSAL, /* a worse verdict than the rule says */
	OUTCOME_ERROR,	       /* zg_gate_run failed */
	OUTCOME_COUNT
};

struct judgement {
	enum outcome outcome;
	zg_verdict verdict;
	char found[512]; /* verdict and ids of the findings above warn */
};

void judge(struct mutant *mutant, struct judgement *judgement);
/* What the gate is given for the mutant; it borrows from both. *policy: NULL, or to be freed. */
void mutant_inputs(struct mutant *mutant, struct zg_gate_inputs *inputs, zg_policy **policy);
/* The policy that it is judged by, as XML; NULL: the built-in one. */
const char *mutant_policy(const struct mutant *mutant);

/* ---- Peers and the program itself ---- */

struct selection {
	const struct matrix *matrix;
	const char *zone; /* only this zone, class; NULL: all */
	const char *class_name;
	size_t seed;
	size_t limit; /* mutants a class and zone; 0: all */
	size_t every; /* only each such zone */
	size_t part;  /* only each such pair of zone and class */
	size_t threads;
};

/* How many mutants of the row are taken in this zone, and which is the i-th. */
size_t chosen_count(
    const struct selection *selection, const struct base *base, const struct mutation *mutation);
size_t chosen(const struct selection *selection, const struct base *base,
    const struct mutation *mutation, size_t i);
bool is_zone_selected(const struct selection *selection, const struct base *base);
bool is_selected(
    const struct selection *selection, const struct base *base, const struct mutation *mutation);

/* Runs `work` with `context` on as many threads at once, until all have returned. */
void run_threads(size_t threads, void *(*work)(void *context), void *context);

/* Writes the inputs of a mutant to FOLDER/{zone,ds,previous,unsigned}. */
void mutant_write(struct mutant *mutant, const char *folder);

/* Runs each mutant in every mode of the gate and compares the reports. Exit status. */
int run_modes(const struct selection *selection);

/* Runs the mutants through the other validators and prints the table. Exit status. */
int run_peers(const struct selection *selection);

/* Runs `count` mutants through the program and compares exit statuses; returns how many differ and
 * stores how many were run. */
size_t run_program(
    const struct selection *selection, const char *program, size_t count, size_t *n_run);

/* Runs a command with its output thrown away; `seconds`: then it is ended. Exit status, 128 + n for
 * a signal, 124 for too long, -1: cannot be started. */
int run_command(char *const *arguments, unsigned seconds);

#endif
