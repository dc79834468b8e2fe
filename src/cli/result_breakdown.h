/* A metric of an experiment looked into, in a terminal. */
#ifndef CLI_RESULT_BREAKDOWN_H
#define CLI_RESULT_BREAKDOWN_H

#include "cli/remote.h"

/* By the attribute `by`, or, when that is NULL, crossed with the experiment `with`. Returns the
 * exit status. */
int result_breakdown(struct remote *remote, const char *experiment, const char *by,
                     const char *with, const char *metric);

#endif
