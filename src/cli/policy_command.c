/* `zonegate policy lint|show|import`, in a worker as well: policies are hostile input. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/policy.h>

zg_status
policy_open(const char *argument, zg_policy **policy, struct zg_error *error)
{
	const char *mark;
	char *path;
	zg_status status;

	*policy = NULL;
	if (argument == NULL)
		return zg_policy_default(policy, error);
	/* The last '#': names of policies have none, names of files may. */
	mark = strrchr(argument, '#');
	if (mark == NULL)
		return zg_policy_read(argument, NULL, policy, error);
	if (mark == argument || mark[1] == '\0') {
		(void)snprintf(error->text, sizeof(error->text), "'%s' is not FILE#NAME", argument);
		return ZG_PARAMETER;
	}
	path = strndup(argument, (size_t)(mark - argument));
	if (path == NULL)
		return ZG_MEMORY;
	status = zg_policy_read(path, mark + 1, policy, error);
	free(path);
	return status;
}

struct policy_job {
	const char *path; /* as given; NULL: the built-in policy */
	bool import;	  /* it is a kasp.xml */
	bool has_error;
};

/* --- show, import --- */

/* XML text for a file; for a terminal its lines are escaped one by one. */
static zg_status
show_print(char *text, struct zg_error *error)
{
	char line[4096];
	char *end;

	if (isatty(STDOUT_FILENO) != 1)
		return write_all(STDOUT_FILENO, text, strlen(text)) ? ZG_OK : output_trouble(error);
	for (; *text != '\0'; text = end) {
		end = text + strcspn(text, "\n");
		if (*end == '\n')
			*end++ = '\0';
		escape(line, sizeof(line), text);
		(void)puts(line);
	}
	return ZG_OK;
}

static void
show_work(void *context, struct claim *claim)
{
	const struct policy_job *job = context;
	struct zg_error error = {0};
	zg_policy *policy = NULL;
	char *text = NULL;
	zg_status status;

	if (job->import)
		status = zg_policy_import(job->path, &text, &error);
	else
		status = policy_open(job->path, &policy, &error);
	if (status == ZG_OK && !job->import)
		status = zg_policy_show(policy, &text, &error);
	if (status == ZG_OK)
		status = show_print(text, &error);
	if (status == ZG_OK)
		status = output_close(&error);
	if (status == ZG_OK)
		claim->verdict = ZG_VERDICT_PASS;
	else
		claim_trouble(claim, status, &error);
	free(text);
	zg_policy_free(policy);
}

/* --- lint --- */

static void
remark_print(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	struct policy_job *job = context;
	char name[1024], words[4096];

	escape(name, sizeof(name), file);
	escape(words, sizeof(words), text);
	(void)printf("%s:", name);
	if (line != 0)
		(void)printf("%u:", line);
	(void)printf(" %s: %s\n",
	    is_error > 0    ? "error"
	    : is_error == 0 ? "warning"
			    : "note",
	    words);
	job->has_error = job->has_error || is_error > 0;
}

/* A policy with errors is "refused"; one that could not be read is "undecided". */
static void
lint_work(void *context, struct claim *claim)
{
	struct policy_job *job = context;
	struct zg_error error = {0};
	zg_status status = zg_policy_lint(job->path, remark_print, job, &error);

	/* Every error is heard, also one that came as a status only. */
	if (status == ZG_POLICY && !job->has_error)
		remark_print(job, job->path, 0, 1, error.text);
	if (status == ZG_OK || status == ZG_POLICY)
		status = output_close(&error);
	if (status != ZG_OK)
		claim_trouble(claim, status, &error);
	else
		claim->verdict = job->has_error ? ZG_VERDICT_REFUSE : ZG_VERDICT_PASS;
}

int
command_policy(const struct arguments *arguments)
{
	bool lint = strcmp(arguments->word, "lint") == 0;
	struct policy_job job = {
	    .path = arguments->n_operands > 0 ? arguments->operands[0] : NULL,
	    .import = strcmp(arguments->word, "import") == 0,
	};
	struct supervised task = {
	    .work = lint ? lint_work : show_work, .context = &job, .timeout = SUPERVISED_TIMEOUT};
	struct claim claim;

	if ((lint || job.import) && job.path == NULL)
		return complain_usage(
		    arguments->command, "%s: missing operand: FILE", arguments->word);
	return zg_verdict_exit_status(supervise(&task, &claim));
}
