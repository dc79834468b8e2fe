/*
 * The configuration of a server: config.def's rows. Later ones win: default, file, environment,
 * command line. A wrong value names its key, where it came from and what is allowed.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "gosset/base.h"

enum { CONFIG_TEXT_BYTES = 4096, CONFIG_FILE_BYTES_MAX = 256 * 1024 };

/* Every TEXT row is a NUL-terminated text, every INT row an int64_t. */
struct config {
#define CONFIG_TEXT(name)                          char name[CONFIG_TEXT_BYTES];
#define CONFIG_INT(name)                           int64_t name;
#define CONFIG(name, type, value, help, low, high) CONFIG_##type(name)
#include "app/config.def"
#undef CONFIG
#undef CONFIG_TEXT
#undef CONFIG_INT
};

void config_init(struct config *config);
/* Sets one key. `source` says in errors where the value came from. */
bool config_set(struct config *config, gos_str name, gos_str value, const char *source,
                gos_error *err);
/* Reads lines of `name = value`; empty lines and those that begin with # are left out. */
bool config_read_text(struct config *config, gos_str text, const char *source, gos_error *err);
/* Takes every GOSSET_NAME that is set, but for GOSSET_ADMIN_KEY, which is no setting. */
bool config_read_environment(struct config *config, gos_error *err);
/* Whether --name (with - or _) is a key: then `out_name` is the key. */
bool config_is_option(const char *argument, char out_name[64]);
/* Prints a line for every key: option, default, meaning. */
void config_print_help(void);

#endif
