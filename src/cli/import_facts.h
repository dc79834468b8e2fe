/* gosset import events, gosset import assignments: history from CSV and Parquet files. */
#ifndef CLI_IMPORT_FACTS_H
#define CLI_IMPORT_FACTS_H

#include "cli/command.h"

/* argv[0] is "import", argv[1] the word. */
int import_events(const struct command *command, int argc, char **argv);
int import_assignments(const struct command *command, int argc, char **argv);

#endif
