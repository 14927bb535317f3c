/* Inside: what a release log is made of. */
#ifndef PUBLISH_RELEASE_LOG_H
#define PUBLISH_RELEASE_LOG_H

struct release_log {
	struct history *history; /* owned */
	const char *zone;	 /* borrowed */
};

#endif
