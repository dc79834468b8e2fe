/* gosset export parquet: all data in a form that other programs read. */
#ifndef CLI_COPIES_H
#define CLI_COPIES_H

#include "cli/command.h"

/* argv[0] is "export", argv[1] is "parquet". */
int export_parquet(const struct command *command, int argc, char **argv);

#endif
