/*
 * Rows become events, or assignments made elsewhere, and travel over the ordinary interface. Each
 * event gets an id from what is in the file and its row, so that importing a file again changes
 * nothing.
 */
#include "cli/import_facts.h"

#include "base/hash.h"
#include "base/time.h"
#include "cli/import_send.h"
#include "ledger/rows.h"

#include <errno.h>
#include <stdio.h>

#define FILE_HELP                                                                                  \
    "  --user COL    the column of the user instead of user_id\n"                                  \
    "  --time COL    the column of the time instead of timestamp\n"                                \
    "  --aside FILE  writes what was left out to a CSV file: place, number, reason\n"              \
    "  --dry-run     reads and checks the file, and sends nothing\n" REMOTE_HELP

static const char events_help[] =
    "FILE is .csv, .csv.gz or .parquet. Columns user_id, device_id, name, value, timestamp and\n"
    "event_id become what they say, all others properties. Empty cells and NA are left out. A\n"
    "timestamp is a date with time, RFC 3339, or milliseconds since 1970.\n\n"
    "  --event NAME  the name of all events, when the file has no column name\n"
    "  --value COL   the column of the value instead of value\n" FILE_HELP;

static const char assignments_help[] =
    "FILE is .csv, .csv.gz or .parquet. Columns user_id, device_id, experiment_id (a name or an\n"
    "id), variant and timestamp become what they say, all others attributes of the exposure. The\n"
    "first assignment of a user holds; a second one with another variant is a crossover.\n\n"
    "  --experiment NAME  the experiment of all, when the file has no column experiment_id\n"
    "  --variant COL      the column of the variant instead of variant\n" FILE_HELP;

enum field { FIELD_TEXT, FIELD_NUMBER, FIELD_TIME };

struct known_column {
    const char *name;
    enum field field;
};

enum { KNOWN_MAX = 6, USER = 0, DEVICE = 1, FIXED = 2, OWN = 3, TIME = 4, ID = 5 };

/* What the rows of a file are. */
struct shape {
    const char *word;
    const char *list;
    const char *rest; /* where columns go that are not known */
    const char *fixed_option, *own_option;
    struct known_column known[KNOWN_MAX];
    bool own_is_needed;
    bool has_id;
};

static const struct shape shape_events = {
    .word = "events",
    .list = "events",
    .rest = "properties",
    .fixed_option = "event",
    .own_option = "value",
    .known = {{"user_id", FIELD_TEXT},
              {"device_id", FIELD_TEXT},
              {"name", FIELD_TEXT},
              {"value", FIELD_NUMBER},
              {"timestamp", FIELD_TIME},
              {"event_id", FIELD_TEXT}},
    .has_id = true,
};

static const struct shape shape_assignments = {
    .word = "assignments",
    .list = "exposures",
    .rest = "attributes",
    .fixed_option = "experiment",
    .own_option = "variant",
    .known = {{"user_id", FIELD_TEXT},
              {"device_id", FIELD_TEXT},
              {"experiment_id", FIELD_TEXT},
              {"variant", FIELD_TEXT},
              {"timestamp", FIELD_TIME},
              {"assignment_reason", FIELD_TEXT}},
    .own_is_needed = true,
};

struct import {
    const struct shape *shape;
    const char *columns[KNOWN_MAX]; /* of the file, for each that is known */
    const char *fixed;              /* what all rows have at FIXED; NULL: the column */
    uint64_t file_hash;
    struct import_sender sender;
};

static int column_known(const struct import *import, gos_str name)
{
    for (int i = 0; i < KNOWN_MAX; i++) {
        if (import->columns[i] && gos_str_equal(name, gos_str_from(import->columns[i])))
            return i;
    }
    return -1;
}

static bool time_take(const struct rows_column *column, gos_str text, int64_t *out)
{
    bool number = column->type == ROWS_TIME || column->type == ROWS_NUMBER;
    return number ? str_read_int(text, out) : time_read(text, out);
}

static const char *cell_fault(const struct rows_column *column, enum field field, gos_str text)
{
    int64_t ms;
    double number;
    if (field == FIELD_TIME && !time_take(column, text, &ms))
        return "its time is none";
    if (field == FIELD_NUMBER && !str_read_double(text, &number))
        return "its value is no number";
    return NULL;
}

/* What keeps a row from being an item; NULL: nothing. */
static const char *row_fault(const struct import *import, const struct rows_file *file,
                             const gos_str *texts)
{
    bool has[KNOWN_MAX] = {false};
    for (uint32_t i = 0; i < file->column_count; i++) {
        int known = column_known(import, file->columns[i].name);
        if (known < 0 || texts[i].len == 0)
            continue;
        has[known] = true;
        const char *fault =
            cell_fault(&file->columns[i], import->shape->known[known].field, texts[i]);
        if (fault)
            return fault;
    }
    return !has[USER] && !has[DEVICE]                  ? "it names no user"
           : !has[FIXED] && !import->fixed             ? "it has no name"
           : !has[OWN] && import->shape->own_is_needed ? "it has no variant"
                                                       : NULL;
}

static void put_known(const struct import *import, int known, const struct rows_column *column,
                      gos_str text, struct json_writer *json)
{
    const struct known_column *to = &import->shape->known[known];
    char time[TIME_TEXT_BYTES];
    int64_t ms = 0;
    double number = 0;
    json_name(json, to->name);
    if (to->field == FIELD_TIME && time_take(column, text, &ms))
        json_text(json, (gos_str){time, time_write(ms, time)});
    else if (to->field == FIELD_NUMBER && str_read_double(text, &number))
        json_double(json, number);
    else
        json_text(json, text);
}

static void put_other(const struct rows_column *column, gos_str text, struct json_writer *json)
{
    double number;
    json_name_str(json, column->name);
    if (column->type == ROWS_NUMBER && str_read_double(text, &number))
        json_double(json, number);
    else if (column->type == ROWS_TRUTH)
        json_bool(json, gos_str_equal(text, GOS_LIT("true")));
    else
        json_text(json, text);
}

static void put_fields(const struct import *import, const struct rows_file *file, uint64_t row,
                       const gos_str *texts, struct json_writer *json)
{
    bool has_id = !import->shape->has_id;
    char id[64];
    for (uint32_t i = 0; i < file->column_count; i++) {
        int known = column_known(import, file->columns[i].name);
        if (known < 0 || texts[i].len == 0 || (known == FIXED && import->fixed))
            continue;
        has_id = has_id || known == ID;
        put_known(import, known, &file->columns[i], texts[i], json);
    }
    if (import->fixed) {
        json_name(json, import->shape->known[FIXED].name);
        json_text(json, gos_str_from(import->fixed));
    }
    if (!has_id) {
        snprintf(id, sizeof id, "import-%016" PRIx64 "-%" PRIu64, import->file_hash, row);
        json_name(json, "event_id");
        json_text(json, gos_str_from(id));
    }
}

static bool take_row(void *context, const struct rows_file *file, uint64_t row,
                     const gos_str *texts, gos_error *err)
{
    struct import *import = context;
    const char *fault = row_fault(import, file, texts);
    struct text text;
    struct json_writer json;
    if (fault) {
        import_reject(&import->sender, "row", row + 1, gos_str_from(fault));
        return true;
    }
    text_init(&text, import->sender.arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    put_fields(import, file, row, texts, &json);
    json_name(&json, import->shape->rest);
    json_open_object(&json);
    for (uint32_t i = 0; i < file->column_count; i++) {
        if (column_known(import, file->columns[i].name) < 0 && texts[i].data)
            put_other(&file->columns[i], texts[i], &json);
    }
    json_close_object(&json);
    json_close_object(&json);
    return text_ok(&text, err) && import_send(&import->sender, row + 1, text_str(&text), err);
}

static void take_reject(void *context, uint64_t line, gos_str reason)
{
    struct import *import = context;
    import_reject(&import->sender, "line", line, reason);
}

/* Of what is in the file and of what the rows become, not of its name: tomorrow's export under the
 * same name is another file. */
static bool file_hash(struct import *import, const char *path, gos_error *err)
{
    char bytes[65536];
    size_t count;
    FILE *file = fopen(path, "rb");
    if (!file)
        return gos_fail(err, GOS_BAD_INPUT, "", "%s cannot be read: %s", path, strerror(errno));
    import->file_hash = hash_xxh3(gos_str_from(import->fixed ? import->fixed : ""), 0);
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0)
        import->file_hash = hash_xxh3((gos_str){bytes, count}, import->file_hash);
    bool done = !ferror(file);
    fclose(file);
    return done || gos_fail(err, GOS_BAD_INPUT, "", "%s cannot be read", path);
}

static void report_print(const struct import *import)
{
    const struct import_sender *sender = &import->sender;
    if (sender->remote->as_json)
        printf("{\"%s\":%" PRIu64 ",\"accepted\":%" PRIu64 ",\"duplicates\":%" PRIu64
               ",\"rejected\":%" PRIu64 "}\n",
               import->shape->word, sender->sent, sender->accepted, sender->known,
               sender->rejected);
    else
        printf("%" PRIu64 " %s read, %" PRIu64 " accepted, %" PRIu64 " known before, %" PRIu64
               " left out\n",
               sender->sent, import->shape->word, sender->accepted, sender->known,
               sender->rejected);
}

static int run(struct import *import, const char *path, const char *aside)
{
    gos_error err = {0};
    struct import_sender *sender = &import->sender;
    sender->list = import->shape->list;
    bool done = file_hash(import, path, &err) && import_sender_open(sender, &err);
    if (done && aside && !(sender->aside = fopen(aside, "w")))
        done =
            gos_fail(&err, GOS_BAD_INPUT, "", "%s cannot be written: %s", aside, strerror(errno));
    if (done && aside)
        fputs("place,number,reason\n", sender->aside);
    done =
        done && rows_read(path, take_row, take_reject, import, &err) && import_flush(sender, &err);
    import_sender_close(sender);
    if (sender->aside && fclose(sender->aside) != 0 && done)
        done = gos_fail(&err, GOS_STORE_FAILED, "", "%s cannot be written", aside);
    if (!done)
        return command_fail(&err, sender->remote->as_json);
    report_print(import);
    return EXIT_DONE;
}

static int import_facts(const struct command *command, const struct shape *shape, const char *help,
                        int argc, char **argv)
{
    static struct import import; /* holds a batch: too large for a stack */
    struct remote remote;
    struct command helped = *command;
    const char *words[2] = {"", ""}, *aside = NULL;
    int count, code = EXIT_DONE;
    import = (struct import){.shape = shape, .sender = {.remote = &remote }};
    for (int i = 0; i < KNOWN_MAX; i++)
        import.columns[i] = shape->known[i].name;
    const struct remote_option options[] = {{"user", &import.columns[USER], NULL},
                                            {"time", &import.columns[TIME], NULL},
                                            {shape->own_option, &import.columns[OWN], NULL},
                                            {shape->fixed_option, &import.fixed, NULL},
                                            {"aside", &aside, NULL},
                                            {"dry-run", NULL, &import.sender.dry_run},
                                            {NULL, NULL, NULL}};
    helped.help = help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 2, &count, &code))
        return code;
    if (count != 2)
        code = command_usage(&helped, "a FILE is needed");
    else
        code = run(&import, words[1], aside);
    remote_close(&remote);
    return code;
}

int import_events(const struct command *command, int argc, char **argv)
{
    return import_facts(command, &shape_events, events_help, argc, argv);
}

int import_assignments(const struct command *command, int argc, char **argv)
{
    return import_facts(command, &shape_assignments, assignments_help, argc, argv);
}
