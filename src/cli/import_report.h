/* What an import or a promotion did, or would do. */
#ifndef CLI_IMPORT_REPORT_H
#define CLI_IMPORT_REPORT_H

#include "cli/remote.h"

/* Prints the server's ImportReport, or that the change waits for approval. */
void import_report_print(const struct remote *remote, const struct json *report, bool dry_run);

#endif
