/* A roster to test. */
#include "fixture.h"

#include <stdio.h>

#define ENVIRONMENT GOS_LIT("production")

static void open_roster(struct fixture *f)
{
    struct roster_options options = {
        .folder = f->folder, .spool_count_max = f->spool_count_max, .spool_bytes_max = 1 << 30};
    CHECK_OK(roster_open(GOS_LIT("rocksdb"), &options, &f->roster, &f->err), &f->err);
}

struct fixture fixture_open(void)
{
    struct fixture f = {.folder = test_folder(),
                        .arena = gos_arena_open(SIZE_MAX / 4),
                        .spool_count_max = 1000000,
                        .now_ms = INT64_C(1700000000000)};
    open_roster(&f);
    return f;
}

void fixture_close(struct fixture *f)
{
    roster_close(f->roster);
    gos_arena_close(f->arena);
}

void fixture_reopen(struct fixture *f)
{
    roster_close(f->roster);
    open_roster(f);
}

struct uuid experiment(uint8_t n)
{
    return (struct uuid){{0x01, 0x8c, n, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n}};
}

struct roster_item assign(struct fixture *f, uint8_t n, const char *unit, const char *variant)
{
    uint8_t random[10] = {n};
    int64_t now = ++f->now_ms;
    return (struct roster_item){.kind = ROSTER_ASSIGNMENT,
                                .assignment = {.id = uuid_make(now, random),
                                               .environment = ENVIRONMENT,
                                               .experiment_id = experiment(n),
                                               .user_id = gos_str_from(unit),
                                               .variant = gos_str_from(variant),
                                               .assignment_reason = GOS_LIT("split"),
                                               .assigned_at = now,
                                               .sticky = true}};
}

struct roster_item assign_on(struct fixture *f, uint8_t n, const char *unit, const char *device,
                             const char *variant)
{
    struct roster_item item = assign(f, n, unit, variant);
    item.assignment.device_id = gos_str_from(device);
    return item;
}

struct roster_item event(struct fixture *f, const char *id, const char *user)
{
    int64_t now = ++f->now_ms;
    return (struct roster_item){.kind = ROSTER_EVENT,
                                .event = {.environment = ENVIRONMENT,
                                          .event_id = gos_str_from(id),
                                          .user_id = gos_str_from(user),
                                          .name = GOS_LIT("purchase"),
                                          .has_value = true,
                                          .value = 12.5,
                                          .properties = GOS_LIT("{\"sku\":\"a\"}"),
                                          .at = now - 5,
                                          .received_at = now}};
}

struct roster_item link_of(struct fixture *f, const char *device, const char *user)
{
    return (struct roster_item){
        .kind = ROSTER_LINK,
        .link = {ENVIRONMENT, gos_str_from(device), gos_str_from(user), ++f->now_ms}};
}

struct roster_item profile_of(const char *user, const char *attributes)
{
    return (struct roster_item){.kind = ROSTER_PROFILE,
                                .profile = {.environment = ENVIRONMENT,
                                            .user_id = gos_str_from(user),
                                            .attributes = gos_str_from(attributes)}};
}

struct roster_item commit_one(struct fixture *f, struct roster_item item)
{
    CHECK_OK(roster_commit(f->roster, &item, 1, f->now_ms, f->arena, &f->err), &f->err);
    return item;
}

gos_str variant_of(struct fixture *f, uint8_t n, const char *unit)
{
    const struct assignment *found = NULL;
    struct uuid id = experiment(n);
    CHECK_OK(roster_find_assignment(f->roster, ENVIRONMENT, &id, gos_str_from(unit), f->arena,
                                    &found, &f->err),
             &f->err);
    return found ? found->variant : GOS_LIT("none");
}

uint64_t count_of(struct fixture *f, uint8_t n, const char *variant)
{
    uint64_t count = 0;
    struct uuid id = experiment(n);
    CHECK_OK(roster_count_assignments(f->roster, ENVIRONMENT, &id, gos_str_from(variant), &count,
                                      &f->err),
             &f->err);
    return count;
}

struct roster_facts facts_of(struct fixture *f)
{
    struct roster_facts facts;
    CHECK_OK(roster_spool_read(f->roster, 0, 100000, SIZE_MAX, f->arena, &facts, &f->err), &f->err);
    return facts;
}
