/*
 * Rows become events and travel in batches over the ordinary interface. Each gets an id from the
 * file and its row, so that importing a file again changes nothing.
 */
#include "cli/import_events.h"

#include "base/hash.h"
#include "base/time.h"
#include "cli/remote.h"
#include "cli/terminal.h"
#include "ledger/rows.h"

#include <inttypes.h>
#include <stdio.h>

enum { EVENTS_PER_BATCH = 2000, REJECTS_SHOWN = 20, COLUMNS_KNOWN = 6 };

static const char import_events_help[] =
    "FILE is .csv, .csv.gz or .parquet. Columns user_id, device_id, name, value, timestamp and\n"
    "event_id become what they say, all others properties. Empty cells and NA are left out. A\n"
    "timestamp is a date with time, RFC 3339, or milliseconds since 1970.\n\n"
    "  --user COL    the column of the user instead of user_id\n"
    "  --time COL    the column of the time instead of timestamp\n"
    "  --value COL   the column of the value instead of value\n"
    "  --event NAME  the name of all events, when the file has no column name\n"
    "  --dry-run     reads and checks the file, and sends nothing\n" REMOTE_HELP;

static const char *const known[COLUMNS_KNOWN] = {"user_id", "device_id", "name",
                                                 "value",   "timestamp", "event_id"};

struct import {
    struct remote *remote;
    const char *columns[COLUMNS_KNOWN];
    const char *event;
    bool dry_run;
    gos_arena *arena; /* of a batch */
    struct text body;
    struct json_writer json;
    uint32_t in_batch;
    uint64_t file_hash;
    uint64_t sent, accepted, duplicates, rejected;
    struct progress progress;
    int exit_code;
};

static int column_known(const struct import *import, gos_str name)
{
    for (int i = 0; i < COLUMNS_KNOWN; i++) {
        if (gos_str_equal(name, gos_str_from(import->columns[i])))
            return i;
    }
    return -1;
}

static void note_reject(void *context, uint64_t line, gos_str reason)
{
    struct import *import = context;
    gos_str rest = reason, first = str_cut(&rest, '\n');
    if (import->rejected++ < REJECTS_SHOWN)
        fprintf(stderr, "line %" PRIu64 " is left out: %.*s\n", line,
                (int)(first.len < 120 ? first.len : 120), first.data);
}

static void batch_begin(struct import *import)
{
    gos_arena_reset(import->arena);
    text_init(&import->body, import->arena);
    json_writer_init(&import->json, &import->body);
    json_open_object(&import->json);
    json_name(&import->json, "events");
    json_open_array(&import->json);
    import->in_batch = 0;
}

static uint64_t count_at(const struct json *answer, const char *name)
{
    const struct json *value = json_find(answer, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? (uint64_t)value->number : 0;
}

static bool batch_send(struct import *import, gos_error *err)
{
    const struct json *answer = NULL;
    gos_str body;
    json_close_array(&import->json);
    json_close_object(&import->json);
    if (!text_ok(&import->body, err))
        return false;
    if (import->in_batch > 0 && !import->dry_run) {
        gos_arena_mark mark = gos_arena_mark_take(import->remote->arena);
        if (!remote_call(import->remote, "POST", "/api/v1/events", text_str(&import->body), &body,
                         &answer, &import->exit_code))
            return gos_fail(err, GOS_CANCELLED, "", "the server did not take a batch");
        import->accepted += count_at(answer, "accepted");
        import->duplicates += count_at(answer, "duplicates");
        gos_arena_mark_return(import->remote->arena, mark);
    }
    import->sent += import->in_batch;
    progress_step(&import->progress, import->sent);
    batch_begin(import);
    return true;
}

static bool put_time(struct import *import, const struct rows_column *column, gos_str text)
{
    char time[TIME_TEXT_BYTES];
    int64_t ms = 0;
    bool number = column->type == ROWS_TIME || column->type == ROWS_NUMBER;
    if (!(number ? str_read_int(text, &ms) : time_read(text, &ms)))
        return false;
    json_name(&import->json, "timestamp");
    json_text(&import->json, (gos_str){time, time_write(ms, time)});
    return true;
}

static void put_property(struct import *import, const struct rows_column *column, gos_str text)
{
    double number;
    json_name_str(&import->json, column->name);
    if (column->type == ROWS_NUMBER && str_read_double(text, &number))
        json_double(&import->json, number);
    else if (column->type == ROWS_TRUTH)
        json_bool(&import->json, gos_str_equal(text, GOS_LIT("true")));
    else
        json_text(&import->json, text);
}

/* What keeps a row from being an event; NULL: nothing. */
static const char *row_fault(const struct import *import, const struct rows_file *file,
                             const gos_str *texts)
{
    bool someone = false, named = import->event != NULL;
    for (uint32_t i = 0; i < file->column_count; i++) {
        int known_column = column_known(import, file->columns[i].name);
        int64_t ms;
        double number;
        if (!texts[i].data)
            continue;
        someone = someone || ((known_column == 0 || known_column == 1) && texts[i].len > 0);
        named = named || known_column == 2;
        if (known_column == 4 && file->columns[i].type == ROWS_TEXT && !time_read(texts[i], &ms))
            return "its timestamp is no time";
        if (known_column == 3 && !str_read_double(texts[i], &number))
            return "its value is no number";
    }
    return !someone ? "it names no user" : !named ? "it has no name" : NULL;
}

static void put_known(struct import *import, int column, const struct rows_column *meta,
                      gos_str text)
{
    double number = 0;
    if (column == 4) {
        put_time(import, meta, text);
        return;
    }
    if (column == 2 && import->event)
        return;
    json_name(&import->json, known[column]);
    if (column == 3 && str_read_double(text, &number))
        json_double(&import->json, number);
    else
        json_text(&import->json, text);
}

static void put_row(struct import *import, const struct rows_file *file, uint64_t row,
                    const gos_str *texts)
{
    bool has_id = false;
    char id[64];
    json_open_object(&import->json);
    for (uint32_t i = 0; i < file->column_count; i++) {
        int column = column_known(import, file->columns[i].name);
        has_id = has_id || (column == 5 && texts[i].data);
        if (column >= 0 && texts[i].data)
            put_known(import, column, &file->columns[i], texts[i]);
    }
    if (import->event) {
        json_name(&import->json, "name");
        json_text(&import->json, gos_str_from(import->event));
    }
    if (!has_id) {
        snprintf(id, sizeof id, "import-%016" PRIx64 "-%" PRIu64, import->file_hash, row);
        json_name(&import->json, "event_id");
        json_text(&import->json, gos_str_from(id));
    }
    json_name(&import->json, "properties");
    json_open_object(&import->json);
    for (uint32_t i = 0; i < file->column_count; i++) {
        if (column_known(import, file->columns[i].name) < 0 && texts[i].data)
            put_property(import, &file->columns[i], texts[i]);
    }
    json_close_object(&import->json);
    json_close_object(&import->json);
}

static bool take_row(void *context, const struct rows_file *file, uint64_t row,
                     const gos_str *texts, gos_error *err)
{
    struct import *import = context;
    const char *fault = row_fault(import, file, texts);
    if (fault) {
        note_reject(import, row + 2, gos_str_from(fault));
        return true;
    }
    put_row(import, file, row, texts);
    return ++import->in_batch < EVENTS_PER_BATCH || batch_send(import, err);
}

static int run(struct import *import, const char *path)
{
    gos_error err = {0};
    import->file_hash = hash_xxh3(gos_str_from(path), 0);
    import->arena = gos_arena_open((size_t)256 << 20);
    if (!import->arena)
        return EXIT_FAILED;
    progress_start(&import->progress, "events", 0);
    batch_begin(import);
    bool done = rows_read(path, take_row, note_reject, import, &err) && batch_send(import, &err);
    progress_end(&import->progress);
    gos_arena_close(import->arena);
    if (!done)
        return import->exit_code ? import->exit_code : command_fail(&err, import->remote->as_json);
    if (import->remote->as_json)
        printf("{\"events\":%" PRIu64 ",\"accepted\":%" PRIu64 ",\"duplicates\":%" PRIu64
               ",\"rejected\":%" PRIu64 "}\n",
               import->sent, import->accepted, import->duplicates, import->rejected);
    else
        printf("%" PRIu64 " events read, %" PRIu64 " accepted, %" PRIu64 " known before, %" PRIu64
               " lines left out\n",
               import->sent, import->accepted, import->duplicates, import->rejected);
    return EXIT_DONE;
}

int import_events(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    struct import import = {.remote = &remote};
    const char *words[2] = {"", ""};
    int count, code = EXIT_DONE;
    memcpy(import.columns, known, sizeof known);
    const struct remote_option options[] = {
        {"user", &import.columns[0], NULL},  {"time", &import.columns[4], NULL},
        {"value", &import.columns[3], NULL}, {"event", &import.event, NULL},
        {"dry-run", NULL, &import.dry_run},  {NULL, NULL, NULL}};
    helped.help = import_events_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 2, &count, &code))
        return code;
    if (count != 2)
        code = command_usage(&helped, "a FILE is needed");
    else
        code = run(&import, words[1]);
    remote_close(&remote);
    return code;
}
