/* Members, their sessions, and who may do what. */
#include "browser.h"

#include "api/cookie.h"
#include "api/forwarded.h"
#include "api/logins.h"
#include "api/sessions.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

TEST(members, are_made_changed_and_deleted_without_showing_a_password)
{
    struct fixture given;
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/members",
                 "{\"email\":\"Ann@Example.org\",\"role\":\"editor\",\"password\":\"" PASSWORD
                 "\"}");
    CHECK_TEXT(fixture_at(&given, "/email"), "\"ann@example.org\"");
    CHECK_TEXT(fixture_at(&given, "/has_password"), "true");
    CHECK_TEXT(fixture_at(&given, "/password"), "absent");
    CHECK_REFUSED(&given, 409, "CONFLICT", "/email", "POST", "/api/v1/members",
                  "{\"email\":\"ann@example.org\",\"role\":\"viewer\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/password", "POST", "/api/v1/members",
                  "{\"email\":\"b@x.org\",\"role\":\"viewer\",\"password\":\"123456789\"}");
    CHECK_STATUS(&given, 201, "POST", "/api/v1/members",
                 "{\"email\":\"b@x.org\",\"role\":\"viewer\",\"password\":\"1234567890\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/role", "POST", "/api/v1/members",
                  "{\"email\":\"c@x.org\",\"role\":\"root\"}");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/email", "POST", "/api/v1/members",
                  "{\"email\":\"nobody\",\"role\":\"viewer\"}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/members", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "2");
    CHECK(!str_contains(given.body, GOS_LIT("argon2")));
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/members/b@x.org", "{\"role\":\"admin\"}");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/members/b@x.org", NULL);
    CHECK_TEXT(fixture_at(&given, "/role"), "\"admin\"");
    CHECK_STATUS(&given, 204, "DELETE", "/api/v1/members/b@x.org", NULL);
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "GET", "/api/v1/members/b@x.org", NULL);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit?kind=member", NULL);
    CHECK_TEXT(fixture_at(&given, "/total"), "4");
    CHECK(!str_contains(given.body, GOS_LIT("argon2")));
    given.key = given.staging;
    CHECK_REFUSED(&given, 403, "FORBIDDEN", "/environment", "GET", "/api/v1/members", NULL);
    fixture_stop(&given);
}

TEST(session, begins_with_the_password_and_ends_with_logging_out)
{
    struct fixture given;
    fixture_start(&given);
    struct browser ann = browser_open(&given, "ann@example.org", "editor");
    CHECK(str_contains(ann.reply, GOS_LIT("HttpOnly; SameSite=Strict")));
    CHECK(!str_contains(ann.reply, GOS_LIT("Secure")));
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/session", NULL, ""), 200);
    CHECK(str_contains(ann.reply, GOS_LIT("\"email\":\"ann@example.org\"")));
    CHECK_INT(browser_call(&ann, "POST", "/api/v1/flags", "{\"key\":\"a\",\"type\":\"Boolean\"}"),
              201);
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit?kind=flag", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/actor"), "\"ann@example.org\"");
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/flags/a", "X-Gosset-Environment: staging", ""),
              404);
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/flags/a", "X-Gosset-Environment: moon", ""), 404);
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/flags/a", "X-Gosset-Environment: ../x", ""), 400);
    struct browser stale = ann;
    CHECK_INT(browser_call(&ann, "DELETE", "/api/v1/session", ""), 204);
    CHECK_INT(browser_send(&stale, "GET", "/api/v1/flags", NULL, ""), 401);
    fixture_stop(&given);
}

TEST(session, is_refused_without_the_right_password)
{
    struct fixture given;
    fixture_start(&given);
    struct browser ann = browser_open(&given, "ann@example.org", "editor");
    struct browser other = {.given = &given};
    CHECK_INT(browser_send(&other, "POST", "/api/v1/session", NULL,
                           "{\"email\":\"ann@example.org\",\"password\":\"wrong horse bat\"}"),
              401);
    CHECK_INT(browser_send(&other, "POST", "/api/v1/session", NULL,
                           "{\"email\":\"zoe@example.org\",\"password\":\"" PASSWORD "\"}"),
              401);
    CHECK_INT(browser_send(&other, "POST", "/api/v1/session", "Origin: https://evil.example",
                           "{\"email\":\"ann@example.org\",\"password\":\"" PASSWORD "\"}"),
              403);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/members/ann@example.org", "{\"disabled\":true}");
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/session", NULL, ""), 401);
    CHECK_INT(browser_send(&other, "POST", "/api/v1/session", NULL,
                           "{\"email\":\"ann@example.org\",\"password\":\"" PASSWORD "\"}"),
              401);
    fixture_stop(&given);
}

TEST(session, changes_nothing_for_pages_of_others)
{
    struct fixture given;
    fixture_start(&given);
    struct browser ann = browser_open(&given, "ann@example.org", "admin");
    const char *flag = "{\"key\":\"a\",\"type\":\"Boolean\"}";
    CHECK_INT(browser_send(&ann, "POST", "/api/v1/flags", NULL, flag), 403);
    CHECK_INT(browser_send(&ann, "POST", "/api/v1/flags",
                           "X-Gosset-CSRF: 0123456789abcdef0123456789abcdef", flag),
              403);
    gos_str foreign =
        gos_arena_print(given.arena, "X-Gosset-CSRF: %s\r\nSec-Fetch-Site: same-site", ann.csrf);
    CHECK_INT(browser_send(&ann, "POST", "/api/v1/flags", foreign.data, flag), 403);
    foreign = gos_arena_print(given.arena, "X-Gosset-CSRF: %s\r\nOrigin: http://y", ann.csrf);
    CHECK_INT(browser_send(&ann, "POST", "/api/v1/flags", foreign.data, flag), 403);
    gos_str own = gos_arena_print(given.arena, "X-Gosset-CSRF: %s\r\nOrigin: http://x", ann.csrf);
    CHECK_INT(browser_send(&ann, "POST", "/api/v1/flags", own.data, flag), 201);
    fixture_stop(&given);
}

TEST(session, of_a_member_whose_rights_change_ends)
{
    struct fixture given;
    fixture_start(&given);
    struct browser ann = browser_open(&given, "ann@example.org", "admin");
    CHECK_INT(
        browser_call(&ann, "PATCH", "/api/v1/members/ann@example.org", "{\"role\":\"viewer\"}"),
        403);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/members/ann@example.org", "{\"name\":\"Ann\"}");
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/session", NULL, ""), 200);
    CHECK_STATUS(&given, 200, "PATCH", "/api/v1/members/ann@example.org", "{\"role\":\"viewer\"}");
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/session", NULL, ""), 401);
    fixture_stop(&given);
}

TEST(session, others_end_when_the_password_is_changed)
{
    struct fixture given;
    fixture_start(&given);
    struct browser ann = browser_open(&given, "ann@example.org", "viewer");
    struct browser stale = ann;
    CHECK_INT(browser_call(&ann, "PUT", "/api/v1/session/password",
                           "{\"current\":\"wrong\",\"password\":\"another horse\"}"),
              403);
    CHECK_INT(browser_call(&ann, "PUT", "/api/v1/session/password",
                           "{\"current\":\"" PASSWORD "\",\"password\":\"another horse\"}"),
              200);
    CHECK_INT(browser_send(&stale, "GET", "/api/v1/session", NULL, ""), 401);
    CHECK_INT(browser_send(&ann, "GET", "/api/v1/session", NULL, ""), 200);
    CHECK_INT(browser_send(&ann, "POST", "/api/v1/session", NULL,
                           "{\"email\":\"ANN@example.org\",\"password\":\"another horse\"}"),
              200);
    fixture_stop(&given);
}

TEST(session, ends_when_it_is_idle_and_at_its_time)
{
    struct fixture given;
    gos_error err;
    struct session_use use;
    char token[SESSION_TOKEN_BYTES];
    fixture_start(&given);
    struct browser ann = browser_open(&given, "ann@example.org", "viewer");
    (void)ann;
    struct member member;
    bool found;
    CHECK_OK(catalog_find_member(given.catalog, GOS_LIT("ann@example.org"), given.arena, &member,
                                 &found, &err),
             &err);
    struct sessions *sessions;
    struct sessions_options options = {given.catalog, 1000, 2500};
    int64_t now = 1000000;
    CHECK_OK(sessions_open(&options, now, &sessions, &err), &err);
    CHECK_OK(sessions_begin(sessions, &member, now, token, &err), &err);
    gos_str text = gos_str_from(token);
    CHECK(sessions_use(sessions, text, now + 999, &use));
    CHECK(!sessions_use(sessions, text, now + 1999, &use));
    CHECK(sessions_use(sessions, text, now + 1998, &use));
    CHECK(sessions_use(sessions, text, now + 2499, &use));
    CHECK(!sessions_use(sessions, text, now + 2500, &use));
    CHECK_OK(sessions_flush(sessions, now + 2499, &err), &err);
    sessions_close(sessions);
    CHECK_OK(sessions_open(&options, now + 2400, &sessions, &err), &err);
    CHECK(sessions_use(sessions, text, now + 2499, &use));
    CHECK_OK(sessions_end(sessions, text, &err), &err);
    CHECK(!sessions_use(sessions, text, now + 2499, &use));
    sessions_close(sessions);
    fixture_stop(&given);
}

TEST(session, the_one_used_longest_ago_ends_when_a_member_has_too_many)
{
    struct fixture given;
    gos_error err;
    struct session_use use;
    struct member member;
    bool found;
    char tokens[SESSIONS_PER_MEMBER_MAX + 1][SESSION_TOKEN_BYTES];
    fixture_start(&given);
    CHECK_STATUS(&given, 201, "POST", "/api/v1/members",
                 "{\"email\":\"ann@example.org\",\"role\":\"viewer\"}");
    CHECK_OK(catalog_find_member(given.catalog, GOS_LIT("ann@example.org"), given.arena, &member,
                                 &found, &err),
             &err);
    struct sessions *sessions = given.api.sessions;
    for (int i = 0; i <= SESSIONS_PER_MEMBER_MAX; i++) {
        CHECK(i == 0 || sessions_use(sessions, gos_str_from(tokens[0]), 1000 + i, &use));
        CHECK_OK(sessions_begin(sessions, &member, 1000 + i, tokens[i], &err), &err);
    }
    CHECK(!sessions_use(sessions, gos_str_from(tokens[0]), 2000, &use) ||
          !sessions_use(sessions, gos_str_from(tokens[1]), 2000, &use));
    CHECK(sessions_use(sessions, gos_str_from(tokens[SESSIONS_PER_MEMBER_MAX]), 2000, &use));
    CHECK_INT(sessions_count(sessions, 2000), SESSIONS_PER_MEMBER_MAX);
    fixture_stop(&given);
}

TEST(logins, are_limited_for_each_account_and_each_address)
{
    struct logins *logins;
    gos_error err;
    int64_t wait;
    CHECK_OK(secret_start(&err), &err);
    CHECK_OK(logins_open(&logins, &err), &err);
    for (int i = 0; i < LOGIN_TRIES; i++)
        CHECK_OK(logins_try(logins, GOS_LIT("ann"), GOS_LIT("1"), 1000, &wait, &err), &err);
    CHECK(!logins_try(logins, GOS_LIT("ann"), GOS_LIT("2"), 1000, &wait, &err));
    CHECK_INT(err.code, GOS_OVERLOADED);
    CHECK_INT(wait, LOGIN_INTERVAL_MS / 1000);
    CHECK(!logins_try(logins, GOS_LIT("bob"), GOS_LIT("1"), 1000, &wait, &err));
    CHECK(!logins_try(logins, GOS_LIT("ann"), GOS_LIT("2"), 1000 + LOGIN_INTERVAL_MS - 1, &wait,
                      &err));
    CHECK_OK(
        logins_try(logins, GOS_LIT("ann"), GOS_LIT("2"), 1000 + LOGIN_INTERVAL_MS, &wait, &err),
        &err);
    logins_forgive(logins, GOS_LIT("ann"), GOS_LIT("2"));
    CHECK_OK(
        logins_try(logins, GOS_LIT("ann"), GOS_LIT("2"), 1000 + LOGIN_INTERVAL_MS, &wait, &err),
        &err);
    logins_close(logins);
}

TEST(cookies, are_found_by_their_whole_name)
{
    CHECK_TEXT(cookie_find(GOS_LIT("a=1; gosset=2;b=3"), GOS_LIT("gosset")), "2");
    CHECK_TEXT(cookie_find(GOS_LIT("gosset=x=y"), GOS_LIT("gosset")), "x=y");
    CHECK(!cookie_find(GOS_LIT("xgosset=1; gosset2=3; gosset"), GOS_LIT("gosset")).data);
    CHECK(!cookie_find(GOS_LIT(""), GOS_LIT("gosset")).data);
    CHECK(!cookie_find(GOS_LIT(";;;="), GOS_LIT("gosset")).data);
    CHECK_INT(cookie_find(GOS_LIT("gosset="), GOS_LIT("gosset")).len, 0);
}

struct matrix_row {
    const char *method; /* NULL: any */
    const char *prefix;
    enum role role;
};

/* The requirement, said a second time in other words than the tables; the first that fits. */
static const struct matrix_row matrix[] = {
    {"POST", "/api/v1/session", ROLE_NONE},
    {"GET", "/api/v1/session/methods", ROLE_NONE},
    {"GET", "/api/v1/session/oidc", ROLE_NONE},
    {NULL, "/api/v1/session", ROLE_VIEWER},
    {NULL, "/api/v1/calc/", ROLE_NONE},
    {NULL, "/api/openapi.json", ROLE_NONE},
    {NULL, "/healthz", ROLE_NONE},
    {NULL, "/metrics", ROLE_NONE},
    {NULL, "/readyz", ROLE_NONE},
    {NULL, "/ofrep/v1/events", ROLE_NONE}, /* has a token of its own */
    {NULL, "/v1/", ROLE_NONE},             /* has the key in its body */
    {NULL, "/api/v1/keys", ROLE_ADMIN},
    {NULL, "/api/v1/members", ROLE_ADMIN},
    {NULL, "/api/v1/backup", ROLE_ADMIN},
    {NULL, "/api/v1/export/parquet", ROLE_ADMIN},
    {NULL, "/api/v1/retention", ROLE_ADMIN},
    {NULL, "/api/v1/webhooks", ROLE_ADMIN},
    {"POST", "/api/v1/environments", ROLE_ADMIN},
    {"PUT", "/api/v1/environments", ROLE_ADMIN},
    {"PATCH", "/api/v1/environments", ROLE_ADMIN},
    {"DELETE", "/api/v1/users", ROLE_ADMIN},
    {"POST", "/api/v1/explain", ROLE_VIEWER},
    {"POST", "/api/v1/match", ROLE_VIEWER},
    {"POST", "/api/v1/value-schemas", ROLE_VIEWER},
    {"POST", "/api/v1/what-if", ROLE_VIEWER},
    {"POST", "/api/v1/calculations", ROLE_VIEWER},
    {"POST", "/api/v1/metrics/preview", ROLE_VIEWER},
    {"POST", "/api/v1/experiments/{id}/verify", ROLE_VIEWER},
    {NULL, "/ofrep/", ROLE_EDITOR},
    {NULL, "/sdk/", ROLE_EDITOR},
    {"POST", "/api/v1/proposals/{id}/approve", ROLE_APPROVER},
    {"POST", "/api/v1/proposals/{id}/reject", ROLE_APPROVER},
    {"GET", "/api/v1/", ROLE_VIEWER},
    {NULL, "/api/v1/", ROLE_EDITOR},
};

static enum role role_required(const struct http_route *route)
{
    for (size_t i = 0; i < sizeof matrix / sizeof matrix[0]; i++) {
        if ((!matrix[i].method || strcmp(matrix[i].method, route->method) == 0) &&
            str_starts_with(gos_str_from(route->pattern), gos_str_from(matrix[i].prefix)))
            return matrix[i].role;
    }
    return ROLE_ADMIN;
}

static bool role_enters(struct fixture *given, struct browser *browser,
                        const struct http_route *route)
{
    gos_error err;
    struct http_field headers[] = {
        {GOS_LIT("Cookie"), gos_str_from(browser->cookie)},
        {GOS_LIT("X-Gosset-CSRF"), gos_str_from(browser->csrf)},
    };
    struct http_request request = {.route = route,
                                   .method = gos_str_from(route->method),
                                   .headers = headers,
                                   .header_count = 2,
                                   .now_ms = (int64_t)time(NULL) * 1000,
                                   .arena = given->arena,
                                   .user = &given->api};
    struct http_response response = {0};
    bool enters = api_admit(&request, &response, &err);
    CHECK(enters || err.code == GOS_FORBIDDEN);
    return enters;
}

TEST(roles, open_exactly_the_routes_that_they_should)
{
    struct fixture given;
    fixture_start(&given);
    size_t count;
    const struct http_route *routes = api_routes(&count);
    for (int role = ROLE_VIEWER; role <= ROLE_ADMIN; role++) {
        gos_str email = gos_arena_print(given.arena, "%s@x.org", role_word((enum role)role));
        struct browser browser = browser_open(&given, email.data, role_word((enum role)role));
        for (size_t i = 0; i < count; i++) {
            bool enters = role_enters(&given, &browser, &routes[i]);
            if (enters != (role >= (int)role_required(&routes[i])))
                fprintf(stderr, "%s, %s %s\n", role_word((enum role)role), routes[i].method,
                        routes[i].pattern);
            CHECK_INT(enters, role >= (int)role_required(&routes[i]));
        }
    }
    fixture_stop(&given);
}

TEST(forwarded, headers_are_believed_from_named_proxies_only)
{
    struct proxies proxies;
    gos_error err;
    struct api api = {.proxies = &proxies};
    struct http_field headers[] = {
        {GOS_LIT("X-Forwarded-For"), GOS_LIT("6.6.6.6, 192.0.2.7, 10.1.2.3")},
        {GOS_LIT("X-Forwarded-Proto"), GOS_LIT("https")},
    };
    struct http_request request = {
        .headers = headers, .header_count = 2, .user = &api, .remote = GOS_LIT("10.0.0.1")};
    CHECK_OK(proxies_read(GOS_LIT("10.0.0.0/8  ::1"), &proxies, &err), &err);
    CHECK_TEXT(forwarded_address(&request), "192.0.2.7");
    CHECK(forwarded_is_tls(&request));
    request.remote = GOS_LIT("11.0.0.1");
    CHECK_TEXT(forwarded_address(&request), "11.0.0.1");
    CHECK(!forwarded_is_tls(&request));
    headers[0].value = GOS_LIT("nonsense");
    request.remote = GOS_LIT("10.0.0.1");
    CHECK_TEXT(forwarded_address(&request), "10.0.0.1");
    CHECK(!proxies_read(GOS_LIT("10.0.0.0/8 proxy.local"), &proxies, &err));
    CHECK_TEXT(gos_str_from(err.pointer), "/trusted_proxies");
}
