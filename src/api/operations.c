/* What operators ask of a server: retention now, a backup, an export, and what traffic holds. */
#include "api/api.h"
#include "base/time.h"
#include "jobs/backup.h"
#include "jobs/export.h"
#include "jobs/retention.h"

enum { REPORT_ARENA_BYTES = 256 << 20, FOLDER_BYTES_MAX = 4000 };

static void report_write(const struct retention_report *report, bool dry_run,
                         struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "dry_run");
    json_bool(json, dry_run);
    json_name(json, "assignments");
    json_int(json, (int64_t)report->assignments);
    json_name(json, "experiments");
    json_open_array(json);
    for (uint32_t i = 0; i < report->count; i++) {
        char ended[TIME_TEXT_BYTES];
        size_t len = time_write(report->items[i].ended_at, ended);
        json_open_object(json);
        json_name(json, "environment");
        json_text(json, report->items[i].environment);
        json_name(json, "experiment_id");
        json_text(json, report->items[i].experiment_id);
        json_name(json, "name");
        json_text(json, report->items[i].name);
        json_name(json, "end_date");
        json_text(json, (gos_str){ended, len});
        json_name(json, "assignments");
        json_int(json, (int64_t)report->items[i].assignments);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

void api_retention_post(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    gos_error err;
    gos_str asked = http_query(request, "dry_run");
    bool dry_run = asked.data && !gos_str_equal(asked, GOS_LIT("false"));
    struct retention retention = {api->catalog, api->roster, api->ledger, api->keep_days};
    struct retention_report report;
    gos_arena *arena = gos_arena_open(REPORT_ARENA_BYTES);
    struct api_answer answer;
    api_write_begin(request, &answer);
    bool done = arena ? retention_run(&retention, request->now_ms, dry_run, arena, &report, &err)
                      : gos_fail(&err, GOS_OUT_OF_MEMORY, "", "no memory for the report");
    if (done) {
        report_write(&report, dry_run, &answer.json);
        api_write_end(request, response, &answer, 200);
    } else {
        http_fail(request, response, &err);
    }
    gos_arena_close(arena);
}

/* An absolute path without "..": the server writes there with its own rights. */
static bool folder_read(const struct json *body, gos_str *out, gos_error *err)
{
    const struct json *folder = json_find(body, GOS_LIT("folder"));
    if (!folder || folder->type != JSON_STRING || folder->text.len == 0 ||
        folder->text.len > FOLDER_BYTES_MAX || folder->text.data[0] != '/' ||
        memchr(folder->text.data, 0, folder->text.len))
        return gos_fail(err, GOS_BAD_INPUT, "/folder",
                        "folder is the absolute path of a new folder on the server's machine");
    *out = folder->text;
    return true;
}

/* The folder that the body names, NUL-terminated; false: the request has been answered. */
static bool folder_take(struct http_request *request, struct http_response *response, gos_str *out)
{
    gos_error err;
    const struct json *body;
    gos_str folder;
    if (!api_read_body(request, response, false, &body))
        return false;
    if (folder_read(body, &folder, &err)) {
        *out = gos_arena_text(request->arena, folder, &err);
        if (out->data)
            return true;
    }
    http_fail(request, response, &err);
    return false;
}

void api_backup_post(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    gos_error err;
    gos_str folder;
    struct api_answer answer;
    if (!folder_take(request, response, &folder))
        return;
    if (!backup_run(api->catalog, api->roster, api->ledger, folder.data, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "folder");
    json_text(&answer.json, folder);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 201);
}

void api_parquet_post(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    struct export_report report;
    gos_error err;
    gos_str folder;
    struct api_answer answer;
    if (!folder_take(request, response, &folder))
        return;
    if (!export_run(api->catalog, api->roster, api->ledger, folder.data, &report, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "folder");
    json_text(&answer.json, folder);
    json_name(&answer.json, "assignments");
    json_int(&answer.json, (int64_t)report.assignments);
    json_name(&answer.json, "results");
    json_int(&answer.json, (int64_t)report.results);
    json_name(&answer.json, "facts");
    json_bool(&answer.json, report.has_facts);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 201);
}

static void event_write(const struct ledger_event *event, struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "name");
    json_text(json, event->name);
    json_name(json, "count");
    json_int(json, (int64_t)event->count);
    api_write_time(json, "first_at", event->first_ms);
    api_write_time(json, "last_at", event->last_ms);
    json_name(json, "properties");
    json_open_array(json);
    for (uint32_t i = 0; i < event->property_count; i++) {
        const struct ledger_property *property = &event->properties[i];
        json_open_object(json);
        json_name(json, "name");
        json_text(json, property->name);
        json_name(json, "types");
        json_open_array(json);
        if (property->is_number)
            json_text(json, GOS_LIT("number"));
        if (property->is_text)
            json_text(json, GOS_LIT("text"));
        if (property->is_bool)
            json_text(json, GOS_LIT("boolean"));
        json_close_array(json);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

void api_event_names(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct ledger_event *events;
    uint32_t count;
    if (!ledger_list_events(api_of(request)->ledger, api_environment(request), request->arena,
                            &events, &count, &err)) {
        http_fail(request, response, &err);
        return;
    }
    struct api_answer answer;
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        event_write(&events[i], &answer.json);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}
