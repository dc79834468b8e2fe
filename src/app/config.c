/* Reads settings from text, environment and command line into one struct, by the rows. */
#include "app/config.h"

#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum row_type { ROW_TEXT, ROW_INT };

struct row {
    const char *name;
    enum row_type type;
    const char *value;
    const char *help;
    int64_t low;
    int64_t high;
    size_t offset;
};

static const struct row rows[] = {
#define CONFIG(name, type, value, help, low, high)                                                 \
    {#name, ROW_##type, value, help, low, high, offsetof(struct config, name)},
#include "app/config.def"
#undef CONFIG
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static const struct row *row_find(gos_str name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (gos_str_equal(gos_str_from(rows[i].name), name))
            return &rows[i];
    }
    return NULL;
}

static bool row_set_int(const struct row *row, char *field, gos_str value, const char *source,
                        gos_error *err)
{
    int64_t number;
    if (!str_read_int(value, &number) || number < row->low || number > row->high)
        return gos_fail(err, GOS_USAGE, "",
                        "%s: %s is \"%.*s\"; a whole number from %" PRId64 " to %" PRId64
                        " is allowed",
                        source, row->name, GOS_ARG(value), row->low, row->high);
    memcpy(field, &number, sizeof number);
    return true;
}

static bool row_set_text(const struct row *row, char *field, gos_str value, const char *source,
                         gos_error *err)
{
    if (value.len < (size_t)row->low || value.len > (size_t)row->high)
        return gos_fail(err, GOS_USAGE, "",
                        "%s: %s has %zu characters; %" PRId64 " to %" PRId64 " are allowed", source,
                        row->name, value.len, row->low, row->high);
    memcpy(field, value.data, value.len);
    field[value.len] = 0;
    return true;
}

bool config_set(struct config *config, gos_str name, gos_str value, const char *source,
                gos_error *err)
{
    const struct row *row = row_find(name);
    if (!row)
        return gos_fail(err, GOS_USAGE, "", "%s: there is no setting \"%.*s\"", source,
                        GOS_ARG(name));
    char *field = (char *)config + row->offset;
    return row->type == ROW_INT ? row_set_int(row, field, value, source, err)
                                : row_set_text(row, field, value, source, err);
}

void config_init(struct config *config)
{
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < ROW_COUNT; i++)
        config_set(config, gos_str_from(rows[i].name), gos_str_from(rows[i].value), "default",
                   NULL);
}

bool config_read_text(struct config *config, gos_str text, const char *source, gos_error *err)
{
    for (int line = 1; text.len > 0; line++) {
        gos_str value = str_trim(str_cut(&text, '\n'));
        if (value.len == 0 || value.data[0] == '#')
            continue;
        char where[320];
        snprintf(where, sizeof where, "%s, line %d", source, line);
        if (!memchr(value.data, '=', value.len))
            return gos_fail(err, GOS_USAGE, "", "%s: \"%.*s\" is not of the form name = value",
                            where, GOS_ARG(value));
        gos_str name = str_trim(str_cut(&value, '='));
        if (!config_set(config, name, str_trim(value), where, err))
            return false;
    }
    return true;
}

bool config_read_environment(struct config *config, gos_error *err)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char name[96];
        size_t len = (size_t)snprintf(name, sizeof name, "GOSSET_%s", rows[i].name);
        for (size_t c = 0; c < len; c++)
            name[c] = (char)toupper((unsigned char)name[c]);
        const char *value = getenv(name);
        if (value &&
            !config_set(config, gos_str_from(rows[i].name), gos_str_from(value), name, err))
            return false;
    }
    return true;
}

bool config_is_option(const char *argument, char out_name[64])
{
    if (strncmp(argument, "--", 2) != 0 || strlen(argument) > 60)
        return false;
    size_t len = 0;
    for (const char *c = argument + 2; *c && *c != '='; c++)
        out_name[len++] = *c == '-' ? '_' : *c;
    out_name[len] = 0;
    return row_find((gos_str){out_name, len}) != NULL;
}

void config_print_help(void)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char option[64];
        snprintf(option, sizeof option, "--%s", rows[i].name);
        for (char *c = option; *c; c++)
            *c = *c == '_' ? '-' : *c;
        printf("  %-24s %s [%s]\n", option, rows[i].help, rows[i].value);
    }
}
