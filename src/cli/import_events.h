/* gosset import events: history from CSV and Parquet files. */
#ifndef CLI_IMPORT_EVENTS_H
#define CLI_IMPORT_EVENTS_H

#include "cli/command.h"

/* argv[0] is "import", argv[1] is "events". */
int import_events(const struct command *command, int argc, char **argv);

#endif
