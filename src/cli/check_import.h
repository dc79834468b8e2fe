/* What a server would refuse of a document, as warnings: evaluation can do without. */
#ifndef CLI_CHECK_IMPORT_H
#define CLI_CHECK_IMPORT_H

#include "cli/definitions.h"

/* Adds them to the report of a document that compiles. Errors: out of memory. */
bool check_import(struct definitions *definitions, gos_error *err);

#endif
