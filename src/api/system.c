/* Whether the process lives, can decide, and what it has done. */
#include "api/api.h"
#include "api/usage.h"
#include "jobs/publisher.h"
#include "jobs/shipper.h"
#include "jobs/writer.h"

#include <inttypes.h>

void api_healthz(struct http_request *request, struct http_response *response)
{
    api_reply_json(request, response, 200, GOS_LIT("{\"status\":\"ok\"}"));
}

/* Decisions need a ruleset; all else that is amiss is named and does not stop them. */
void api_readyz(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    struct publisher_pin pin;
    struct shipper_stats shipper;
    struct writer_stats writer;
    struct roster_spool_depth depth;
    gos_error err;
    bool ready = publisher_pin(api->publisher, GOS_LIT("production"), &pin, &err);
    if (ready)
        publisher_unpin(api->publisher, &pin);
    shipper_stats(api->shipper, &shipper);
    writer_stats(api->writer, &writer);
    roster_spool_depth(api->roster, &depth);
    bool is_full = depth.bytes >= api->spool_bytes_max;
    bool is_expired = http_tls_expires(http_server_of(request)) <= request->now_ms;
    bool is_degraded = shipper.is_failing || writer.is_failing || is_full || is_expired;
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "status");
    json_text(&answer.json, !ready        ? GOS_LIT("not ready")
                            : is_degraded ? GOS_LIT("degraded")
                                          : GOS_LIT("ready"));
    json_name(&answer.json, "degraded");
    json_open_array(&answer.json);
    if (shipper.is_failing)
        json_text(&answer.json, GOS_LIT("ledger: facts wait in the spool"));
    if (writer.is_failing)
        json_text(&answer.json, GOS_LIT("roster: the disk refuses writes, nothing new is taken"));
    if (is_full)
        json_text(&answer.json, GOS_LIT("spool: full, writes are answered with 429"));
    if (is_expired)
        json_text(&answer.json, GOS_LIT("tls: the certificate has expired"));
    json_close_array(&answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, ready ? 200 : 503);
}

static void stores_write(struct api *api, struct text *out)
{
    struct roster_spool_depth depth;
    struct shipper_stats shipper;
    struct writer_stats writer;
    roster_spool_depth(api->roster, &depth);
    shipper_stats(api->shipper, &shipper);
    writer_stats(api->writer, &writer);
    telemetry_write_gauge(out, "spool_facts", "Facts that wait for the ledger.", "",
                          (double)depth.count);
    telemetry_write_gauge(out, "spool_bytes", "Bytes of facts that wait for the ledger.", "",
                          (double)depth.bytes);
    telemetry_write_gauge(out, "writer_waiting", "Items that wait for the roster's writer.", "",
                          (double)writer.waiting);
    telemetry_write_gauge(out, "ledger_failing", "Whether the last shipping failed.", "",
                          shipper.is_failing ? 1 : 0);
    telemetry_write_gauge(out, "writer_failing", "Whether the disk refused the last writes.", "",
                          writer.is_failing ? 1 : 0);
    telemetry_write_gauge(out, "api_keys", "Keys that hold.", "",
                          (double)keyring_count(api->keyring));
}

void api_metrics_page(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    struct publisher_pin pin;
    struct text text;
    gos_error err;
    text_init(&text, request->arena);
    telemetry_write(api->telemetry, !usage_write(api->usage, &text), &text);
    stores_write(api, &text);
    text_print(&text,
               "# HELP gosset_rulesets_published_total Rulesets put into use.\n"
               "# TYPE gosset_rulesets_published_total counter\n"
               "gosset_rulesets_published_total %" PRIu64 "\n",
               publisher_count(api->publisher));
    int64_t expires = http_tls_expires(http_server_of(request));
    if (expires != INT64_MAX)
        telemetry_write_gauge(&text, "tls_expires_seconds",
                              "Seconds until the certificate ends; negative when it has.", "",
                              (double)(expires - request->now_ms) / 1000);
    struct http_counts counts = http_counts(http_server_of(request));
    telemetry_write_gauge(&text, "connections", "Connections open now.", "",
                          (double)counts.connections);
    telemetry_write_gauge(&text, "streams", "Streams of changes open now.", "",
                          (double)counts.streams);
    if (publisher_pin(api->publisher, GOS_LIT("production"), &pin, &err)) {
        telemetry_write_gauge(
            &text, "ruleset_age_seconds", "Seconds since the ruleset was published.",
            "{environment=\"production\"}", (double)(request->now_ms - pin.published_ms) / 1000);
        publisher_unpin(api->publisher, &pin);
    }
    response->content_type = GOS_LIT("text/plain; version=0.0.4; charset=utf-8");
    http_reply(request, response, 200, &text);
}
