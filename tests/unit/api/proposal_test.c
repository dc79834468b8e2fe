/* Changes that wait for somebody else's word. */
#include "browser.h"

#include "base/text.h"

#include <stdio.h>

#define FLAG(key) "{\"key\":\"" key "\",\"type\":\"Boolean\"}"

/* Production asks for approval; an editor and an approver are logged in. */
struct office {
    struct fixture given;
    struct browser editor;
    struct browser approver;
    char id[40]; /* of the last proposal */
};

static void office_open(struct office *office)
{
    fixture_start(&office->given);
    office->editor = browser_open(&office->given, "ed@x.org", "editor");
    office->approver = browser_open(&office->given, "app@x.org", "approver");
    CHECK_STATUS(&office->given, 201, "POST", "/api/v1/flags", FLAG("old"));
    CHECK_STATUS(&office->given, 200, "PATCH", "/api/v1/environments/production",
                 "{\"requires_approval\":true}");
}

static void propose(struct office *office, const char *method, const char *path, const char *body)
{
    CHECK_INT(browser_call(&office->editor, method, path, body), 202);
    const char *found =
        memmem(office->editor.reply.data, office->editor.reply.len, "/api/v1/proposals/", 18);
    CHECK(found != NULL);
    snprintf(office->id, sizeof office->id, "%.36s", found ? found + 18 : "");
}

static int decide(struct browser *browser, const struct office *office, const char *verb)
{
    gos_str path =
        gos_arena_print(office->given.arena, "/api/v1/proposals/%s/%s", office->id, verb);
    return browser_call(browser, "POST", path.data, "{\"reason\":\"because\"}");
}

TEST(proposals, go_live_when_somebody_else_agrees)
{
    struct office office;
    office_open(&office);
    propose(&office, "POST", "/api/v1/flags", FLAG("new"));
    CHECK(str_contains(office.editor.reply, GOS_LIT("\"summary\":\"create flag new\"")));
    CHECK_STATUS(&office.given, 404, "GET", "/api/v1/flags/new", NULL);
    CHECK_INT(decide(&office.editor, &office, "approve"), 403);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/proposals?status=pending", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/total"), "1");
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    CHECK_INT(decide(&office.approver, &office, "approve"), 409);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/flags/new", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/created_by"), "\"ed@x.org\"");
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/audit?kind=flag&name=new", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/items/0/actor"), "\"ed@x.org, approved by app@x.org\"");
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/audit?kind=proposal", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/items/0/action"), "\"approve\"");
    CHECK_TEXT(fixture_at(&office.given, "/items/0/after/reason"), "\"because\"");
    CHECK_TEXT(fixture_at(&office.given, "/total"), "2");
    fixture_stop(&office.given);
}

TEST(proposals, show_what_they_change)
{
    struct office office;
    office_open(&office);
    propose(&office, "PATCH", "/api/v1/flags/old", "{\"enabled\":true}");
    gos_str path = gos_arena_print(office.given.arena, "/api/v1/proposals/%s", office.id);
    CHECK_STATUS(&office.given, 200, "GET", path.data, NULL);
    CHECK_TEXT(fixture_at(&office.given, "/changes/0/base_version"), "1");
    CHECK_TEXT(fixture_at(&office.given, "/changes/0/before/enabled"), "false");
    CHECK_TEXT(fixture_at(&office.given, "/changes/0/after/enabled"), "true");
    office.given.key = office.given.staging;
    CHECK_STATUS(&office.given, 404, "GET", path.data, NULL);
    fixture_stop(&office.given);
}

TEST(proposals, whose_base_moved_on_are_refused_and_stay)
{
    struct office office;
    office_open(&office);
    propose(&office, "PATCH", "/api/v1/flags/old", "{\"enabled\":true}");
    char first[40];
    memcpy(first, office.id, sizeof first);
    propose(&office, "PATCH", "/api/v1/flags/old", "{\"description\":\"x\"}");
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    memcpy(office.id, first, sizeof first);
    CHECK_INT(decide(&office.approver, &office, "approve"), 409);
    CHECK(str_contains(office.approver.reply, GOS_LIT("/version")));
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/proposals?status=pending", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/total"), "1");
    CHECK_INT(decide(&office.approver, &office, "withdraw"), 403);
    CHECK_INT(decide(&office.editor, &office, "withdraw"), 200);
    CHECK_INT(decide(&office.approver, &office, "reject"), 409);
    fixture_stop(&office.given);
}

TEST(proposals, that_are_rejected_change_nothing)
{
    struct office office;
    office_open(&office);
    propose(&office, "DELETE", "/api/v1/flags/old", "");
    CHECK_INT(decide(&office.editor, &office, "reject"), 403);
    CHECK_INT(decide(&office.approver, &office, "reject"), 200);
    CHECK(str_contains(office.approver.reply, GOS_LIT("\"decided_by\":\"app@x.org\"")));
    CHECK_INT(decide(&office.approver, &office, "approve"), 409);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/flags/old", NULL);
    fixture_stop(&office.given);
}

TEST(proposals, are_needed_for_overrides_imports_promotions_and_deletions)
{
    struct office office;
    office_open(&office);
    propose(&office, "PUT", "/api/v1/flags/old/overrides/ann", "{\"value\":true}");
    CHECK_STATUS(&office.given, 404, "GET", "/api/v1/flags/old/overrides/ann", NULL);
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/flags/old/overrides/ann", NULL);
    propose(&office, "DELETE", "/api/v1/flags/old/overrides/ann", "");
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    CHECK_STATUS(&office.given, 404, "GET", "/api/v1/flags/old/overrides/ann", NULL);
    propose(&office, "POST", "/api/v1/import", "{\"flags\":[" FLAG("i") "," FLAG("j") "]}");
    CHECK(str_contains(office.editor.reply, GOS_LIT("\"summary\":\"2 changes\"")));
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/flags/j", NULL);
    office.given.key = office.given.staging;
    CHECK_STATUS(&office.given, 201, "POST", "/api/v1/flags", FLAG("p"));
    office.given.key = office.given.admin;
    propose(&office, "POST", "/api/v1/promote", "{\"from\":\"staging\"}");
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/flags/p", NULL);
    propose(&office, "DELETE", "/api/v1/flags/p", "");
    CHECK_INT(decide(&office.approver, &office, "approve"), 200);
    CHECK_STATUS(&office.given, 404, "GET", "/api/v1/flags/p", NULL);
    fixture_stop(&office.given);
}

TEST(proposals, are_checked_before_they_wait)
{
    struct office office;
    office_open(&office);
    CHECK_INT(browser_call(&office.editor, "POST", "/api/v1/flags", FLAG("old")), 409);
    CHECK_INT(browser_call(&office.editor, "POST", "/api/v1/flags",
                           "{\"key\":\"n\",\"type\":\"Boolean\",\"dependencies\":[\"none\"]}"),
              400);
    CHECK_INT(browser_call(&office.editor, "POST", "/api/v1/import?dry_run=true",
                           "{\"flags\":[" FLAG("i") "]}"),
              200);
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/proposals", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/total"), "0");
    fixture_stop(&office.given);
}

TEST(proposals, are_passed_over_by_an_administrator_with_a_reason)
{
    struct office office;
    office_open(&office);
    gos_str by_editor = gos_arena_print(
        office.given.arena, "X-Gosset-CSRF: %s\r\nX-Gosset-Bypass: fire", office.editor.csrf);
    CHECK_INT(browser_send(&office.editor, "PATCH", "/api/v1/flags/old", by_editor.data,
                           "{\"enabled\":true}"),
              403);
    CHECK(str_starts_with(fixture_raw(&office.given, "PATCH", "/api/v1/flags/old",
                                      "X-Gosset-Bypass: ", "{\"enabled\":true}"),
                          GOS_LIT("HTTP/1.1 400")));
    CHECK_STATUS(&office.given, 202, "PATCH", "/api/v1/flags/old", "{\"enabled\":true}");
    CHECK(str_starts_with(fixture_raw(&office.given, "PATCH", "/api/v1/flags/old",
                                      "X-Gosset-Bypass: fire", "{\"enabled\":true}"),
                          GOS_LIT("HTTP/1.1 200")));
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/audit?kind=flag&action=update", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/items/0/actor"), "\"admin (without approval: fire)\"");
    propose(&office, "PATCH", "/api/v1/flags/old", "{\"owner\":\"ann\"}");
    CHECK_INT(decide(&office.editor, &office, "approve"), 403);
    CHECK_STATUS(&office.given, 202, "PATCH", "/api/v1/flags/old", "{\"owner\":\"bob\"}");
    gos_str id = gos_arena_text(office.given.arena, fixture_at(&office.given, "/id"), NULL);
    gos_str path = gos_arena_print(office.given.arena, "/api/v1/proposals/%.*s/approve",
                                   (int)id.len - 2, id.data + 1);
    CHECK_STATUS(&office.given, 403, "POST", path.data, "{\"reason\":\"fire\"}");
    CHECK_STATUS(&office.given, 400, "POST", path.data, "{\"bypass\":true}");
    CHECK_STATUS(&office.given, 200, "POST", path.data, "{\"bypass\":true,\"reason\":\"fire\"}");
    CHECK_STATUS(&office.given, 200, "GET", "/api/v1/audit?kind=flag&action=update&limit=1", NULL);
    CHECK_TEXT(fixture_at(&office.given, "/items/0/actor"), "\"admin (without approval: fire)\"");
    CHECK_TEXT(fixture_at(&office.given, "/items/0/after/owner"), "\"bob\"");
    fixture_stop(&office.given);
}
