/* What the servers of a parent say, held against each other. */
#include "dns/parent_look.h"

#include <string.h>

const char *
look_answer_text(enum look_answer answer)
{
	static const char *const texts[LOOK_ANSWERS] = {
	    [LOOK_UNASKED] = "not-asked",
	    [LOOK_DS] = "ds",
	    [LOOK_NO_DS] = "no-ds",
	    [LOOK_NO_NAME] = "no-name",
	    [LOOK_OPT_OUT] = "opt-out",
	    [LOOK_DEAD] = "dead",
	    [LOOK_NO_ROUTE] = "no-route",
	    [LOOK_MALFORMED] = "malformed",
	    [LOOK_REFUSED] = "refused",
	    [LOOK_LAME] = "lame",
	    [LOOK_ALIAS] = "alias",
	    [LOOK_BOGUS] = "bogus",
	    [LOOK_EXPIRED] = "expired",
	    [LOOK_INSECURE] = "insecure",
	};

	return texts[(size_t)answer < LOOK_ANSWERS ? answer : LOOK_BOGUS];
}

static bool
ds_equal(const struct release_ds *a, const struct release_ds *b)
{
	return a->tag == b->tag && a->algorithm == b->algorithm &&
	       a->digest_type == b->digest_type && a->digest_len == b->digest_len &&
	       memcmp(a->digest, b->digest, a->digest_len) == 0;
}

/* Every record of the one is in the other. */
static bool
ds_within(const struct release_ds *a, size_t n_a, const struct release_ds *b, size_t n_b)
{
	for (size_t i = 0; i < n_a; i++) {
		bool found = false;

		for (size_t k = 0; k < n_b && !found; k++)
			found = ds_equal(&a[i], &b[k]);
		if (!found)
			return false;
	}
	return true;
}

bool
look_ds_same(const struct release_ds *a, size_t n_a, const struct release_ds *b, size_t n_b)
{
	return ds_within(a, n_a, b, n_b) && ds_within(b, n_b, a, n_a);
}

static bool
says_the_same(const struct look_server *a, const struct look_server *b)
{
	return look_is_proved(a->answer) && look_is_proved(b->answer) &&
	       look_ds_same(a->ds, a->n_ds, b->ds, b->n_ds);
}

/* The first server that says what the one at `index` says. */
static bool
is_first_of_its_set(const struct parent_look *look, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (says_the_same(&look->servers[i], &look->servers[index]))
			return false;
	}
	return true;
}

static size_t
count_with(const struct parent_look *look, const struct look_server *server)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n_servers; i++)
		n += says_the_same(&look->servers[i], server);
	return n;
}

static void
ttl_span(const struct parent_look *look, struct look_agreed *agreed)
{
	agreed->ttl_least = UINT32_MAX;
	for (size_t i = 0; i < look->n_servers; i++) {
		const struct look_server *server = &look->servers[i];

		if (!says_the_same(server, agreed->by))
			continue;
		if (server->ttl > agreed->ttl)
			agreed->ttl = server->ttl;
		if (server->ttl < agreed->ttl_least)
			agreed->ttl_least = server->ttl;
	}
}

void
look_agree(const struct parent_look *look, bool majority, struct look_agreed *agreed)
{
	*agreed = (struct look_agreed){.agreed = false};
	for (size_t i = 0; i < look->n_servers; i++) {
		const struct look_server *server = &look->servers[i];
		size_t n;

		if (!look_is_proved(server->answer))
			continue;
		agreed->n_proved++;
		if (!is_first_of_its_set(look, i))
			continue;
		agreed->n_sets++;
		n = count_with(look, server);
		if (n > agreed->n_with) {
			agreed->n_with = n;
			agreed->by = server;
		}
	}
	if (agreed->by == NULL)
		return;
	ttl_span(look, agreed);
	agreed->agreed = majority ? agreed->n_with > agreed->n_proved / 2 : agreed->n_sets == 1;
}
