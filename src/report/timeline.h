/* The rollover time line as a picture: self-contained SVG, one row a key. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "publish/key_timeline.h"

/* What was and, from the report that was kept with the release, what is planned; now is marked.
 * *text is owned by the caller (free). */
MUST_CHECK zg_status timeline_render(
    const struct key_timeline *timeline, char **text, size_t *length, struct zg_error *error);

#endif
