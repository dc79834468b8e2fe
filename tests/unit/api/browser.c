#include "browser.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void browser_read(struct browser *browser)
{
    gos_str rest = browser->reply;
    str_cut(&rest, ' ');
    browser->status = atoi(rest.data);
    char *cookie = memmem(browser->reply.data, browser->reply.len, "gosset_session=", 15);
    if (cookie)
        snprintf(browser->cookie, sizeof browser->cookie, "%.*s", (int)strcspn(cookie, ";"),
                 cookie);
    char *csrf = memmem(browser->reply.data, browser->reply.len, "\"csrf\":\"", 8);
    if (csrf)
        snprintf(browser->csrf, sizeof browser->csrf, "%.32s", csrf + 8);
}

int browser_send(struct browser *browser, const char *method, const char *path, const char *headers,
                 const char *body)
{
    gos_str header =
        gos_arena_print(browser->given->arena, "Cookie: a=b; %s; c=d%s%s", browser->cookie,
                        headers ? "\r\n" : "", headers ? headers : "");
    browser->given->key = NULL;
    browser->reply = fixture_raw(browser->given, method, path, header.data, body);
    browser->given->key = browser->given->admin;
    browser_read(browser);
    return browser->status;
}

/* As our own page does. */
int browser_call(struct browser *browser, const char *method, const char *path, const char *body)
{
    gos_str headers = gos_arena_print(browser->given->arena, "X-Gosset-CSRF: %s", browser->csrf);
    return browser_send(browser, method, path, headers.data, body);
}

struct browser browser_open(struct fixture *given, const char *email, const char *role)
{
    struct browser browser = {.given = given};
    gos_str member = gos_arena_print(
        given->arena, "{\"email\":\"%s\",\"role\":\"%s\",\"password\":\"" PASSWORD "\"}", email,
        role);
    CHECK_STATUS(given, 201, "POST", "/api/v1/members", member.data);
    gos_str login =
        gos_arena_print(given->arena, "{\"email\":\"%s\",\"password\":\"" PASSWORD "\"}", email);
    CHECK_INT(browser_send(&browser, "POST", "/api/v1/session", NULL, login.data), 200);
    return browser;
}
