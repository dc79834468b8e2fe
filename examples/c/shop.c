/*
 * A shop that asks gosset what to show and tells what was bought:
 *
 *     GOSSET_URL=http://localhost:8080 GOSSET_KEY=... ./shop USER [COUNTRY]
 *
 * The key is of scope server. GOSSET_FOLDER keeps the last good ruleset for a start without server.
 */
#include <gosset/client.h>

#include <stdio.h>
#include <stdlib.h>

static void log_line(void *user, gos_client_level level, const char *line)
{
    (void)user;
    fprintf(stderr, "%s: %s\n", level == GOS_CLIENT_WARNING ? "warning" : "info", line);
}

static void show(gos_client *client, const gos_client_who *who)
{
    gos_client_detail detail;
    char colour[64], configuration[256];
    bool search = gos_client_boolean(client, GOS_LIT("new-search"), who, false, &detail);
    printf("new-search: %s (%s)\n", search ? "true" : "false", gos_reason_name(detail.reason));
    gos_client_text(client, GOS_LIT("colour"), who, GOS_LIT("grey"), colour, sizeof colour,
                    &detail);
    printf("colour: %s (%s)\n", colour, gos_code_name(detail.code));
    printf("items: %lld\n", (long long)gos_client_integer(client, GOS_LIT("items"), who, 10, NULL));
    gos_client_variant(client, GOS_LIT("button"), who, configuration, sizeof configuration,
                       &detail);
    printf("button: %s %s\n", detail.variant, configuration);
}

int main(int argc, char **argv)
{
    gos_client *client;
    gos_error err;
    char attributes[128] = "";
    gos_client_options options = {.url = getenv("GOSSET_URL"),
                                  .key = getenv("GOSSET_KEY"),
                                  .folder = getenv("GOSSET_FOLDER"),
                                  .log = log_line};
    if (argc > 2)
        snprintf(attributes, sizeof attributes, "{\"country\": \"%.60s\"}", argv[2]);
    gos_client_who who = {.user_id = gos_str_from(argc > 1 ? argv[1] : "u-17"),
                          .attributes = gos_str_from(attributes)};
    if (!gos_client_open(&options, &client, &err)) {
        fprintf(stderr, "%s: %s\n", err.pointer, err.message);
        return 1;
    }
    gos_client_wait(client, 2000);
    show(client, &who);
    gos_client_event bought = {
        .name = GOS_LIT("purchase"), .user_id = who.user_id, .has_value = true, .value = 12.5};
    if (!gos_client_track(client, &bought, &err))
        fprintf(stderr, "%s\n", err.message);
    bool done = gos_client_flush(client, 1500);
    gos_client_state state = gos_client_state_get(client);
    printf("ruleset: %s%s\nsent: %llu\n", state.ruleset, state.is_from_folder ? " (kept)" : "",
           (unsigned long long)state.sent);
    gos_client_close(client, 0);
    return done ? 0 : 2;
}
