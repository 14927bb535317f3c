/* What a person is told while signatures are verified. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

/* Before this much was seen, an estimate would be a guess. */
#define ESTIMATE_SECONDS 3
#define ESTIMATE_PERCENT 5

/* Rounded up, in seconds, or minutes when it is long: more than can be known would be pretence. */
static void
estimate_text(char *text, size_t size, double left)
{
	uint64_t seconds = (uint64_t)left + 1;

	if (seconds <= 90)
		(void)snprintf(text, size, ", about %" PRIu64 " s left", seconds);
	else
		(void)snprintf(text, size, ", about %" PRIu64 " min left", (seconds + 59) / 60);
}

void
progress_text(char text[PROGRESS_TEXT_SIZE], uint64_t done, uint64_t total, double seconds)
{
	char estimate[PROGRESS_TEXT_SIZE / 2] = "";
	double share;

	if (done > total)
		done = total;
	share = total > 0 ? (double)done / (double)total : 0;
	if (done < total && seconds >= ESTIMATE_SECONDS && share * 100 >= ESTIMATE_PERCENT)
		estimate_text(estimate, sizeof(estimate), seconds / share - seconds);
	(void)snprintf(text, PROGRESS_TEXT_SIZE, "%" PRIu64 " of %" PRIu64 " signatures (%d %%)%s",
	    done, total, (int)(share * 100), estimate);
}
