/* How a metric of an experiment came about and is spread, in a terminal. */
#ifndef CLI_RESULT_COURSE_H
#define CLI_RESULT_COURSE_H

#include "cli/remote.h"

/* view: "timeseries", "novelty" or "distribution". Returns the exit status. */
int result_course(struct remote *remote, const char *experiment, const char *view,
                  const char *metric);

#endif
