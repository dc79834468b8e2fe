/* Devices and users: the first assignment follows the person, later conflicts are marked. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define PRODUCTION GOS_LIT("production")

static gos_str earlier_of(struct fixture *f, uint8_t n, const char *unit, const char *device)
{
    const struct assignment *found = NULL;
    struct uuid id = experiment(n);
    CHECK_OK(roster_find_earlier(f->roster, PRODUCTION, &id, gos_str_from(unit),
                                 gos_str_from(device), f->arena, &found, &f->err),
             &f->err);
    return found ? found->variant : GOS_LIT("none");
}

TEST(identity, gives_a_user_the_variant_of_the_device_it_came_with)
{
    struct fixture f = fixture_open();
    commit_one(&f, assign(&f, 1, "phone", "treatment"));
    CHECK_TEXT(earlier_of(&f, 1, "ann", ""), "none");
    CHECK_TEXT(earlier_of(&f, 1, "ann", "phone"), "treatment");
    CHECK_INT(commit_one(&f, link_of(&f, "phone", "ann")).outcome, ROSTER_CREATED);
    CHECK_TEXT(earlier_of(&f, 1, "ann", ""), "treatment");
    struct roster_item item = commit_one(&f, assign(&f, 1, "ann", "control"));
    CHECK_INT(item.outcome, ROSTER_CREATED);
    CHECK_TEXT(item.stored.variant, "treatment");
    CHECK_TEXT(item.stored.assignment_reason, "identity");
    CHECK_TEXT(variant_of(&f, 1, "ann"), "treatment");
    struct roster_facts facts = facts_of(&f);
    CHECK_INT(facts.count, 3);
    CHECK_INT(facts.items[1].kind, FACT_LINK);
    CHECK_TEXT(facts.items[2].exposure.reason, "identity");
    CHECK(!facts.items[2].exposure.is_crossover);
    fixture_close(&f);
}

TEST(identity, gives_a_device_the_variant_of_its_user_and_of_the_users_other_devices)
{
    struct fixture f = fixture_open();
    commit_one(&f, link_of(&f, "phone", "ann"));
    commit_one(&f, link_of(&f, "tablet", "ann"));
    commit_one(&f, assign(&f, 1, "ann", "treatment"));
    CHECK_TEXT(commit_one(&f, assign(&f, 1, "phone", "control")).stored.variant, "treatment");
    commit_one(&f, assign(&f, 2, "tablet", "treatment"));
    CHECK_TEXT(commit_one(&f, assign(&f, 2, "phone", "control")).stored.variant, "treatment");
    fixture_close(&f);
}

TEST(identity, takes_the_earliest_where_its_devices_differ)
{
    struct fixture f = fixture_open();
    commit_one(&f, assign(&f, 1, "phone", "first"));
    commit_one(&f, assign(&f, 2, "tablet", "first"));
    commit_one(&f, assign(&f, 1, "tablet", "second"));
    commit_one(&f, assign(&f, 2, "phone", "second"));
    commit_one(&f, link_of(&f, "phone", "ann"));
    CHECK_TEXT(earlier_of(&f, 2, "ann", "tablet"), "first");
    commit_one(&f, link_of(&f, "tablet", "ann"));
    for (uint8_t n = 1; n <= 2; n++) {
        CHECK_TEXT(earlier_of(&f, n, "ann", ""), "first");
        CHECK_TEXT(commit_one(&f, assign(&f, n, "ann", "third")).stored.variant, "first");
    }
    fixture_close(&f);
}

TEST(identity, links_the_device_that_an_assignment_carries)
{
    struct fixture f = fixture_open();
    commit_one(&f, assign(&f, 1, "phone", "treatment"));
    struct roster_item item = commit_one(&f, assign_on(&f, 1, "ann", "phone", "control"));
    CHECK_TEXT(item.stored.variant, "treatment");
    gos_str user, *devices = NULL;
    uint32_t count = 0;
    CHECK_OK(roster_find_user(f.roster, PRODUCTION, GOS_LIT("phone"), f.arena, &user, &f.err),
             &f.err);
    CHECK_TEXT(user, "ann");
    CHECK_OK(roster_list_devices(f.roster, PRODUCTION, GOS_LIT("ann"), f.arena, &devices, &count,
                                 &f.err),
             &f.err);
    CHECK_INT(count, 1);
    CHECK_TEXT(devices[0], "phone");
    fixture_close(&f);
}

TEST(identity, leaves_a_shared_device_with_its_first_user)
{
    struct fixture f = fixture_open();
    commit_one(&f, assign(&f, 1, "phone", "treatment"));
    commit_one(&f, link_of(&f, "phone", "ann"));
    struct roster_item again = commit_one(&f, link_of(&f, "phone", "bob"));
    CHECK_INT(again.outcome, ROSTER_EXISTING);
    CHECK_TEXT(again.user_id, "ann");
    CHECK_TEXT(earlier_of(&f, 1, "bob", "phone"), "none");
    CHECK_TEXT(commit_one(&f, assign_on(&f, 1, "bob", "phone", "control")).stored.variant,
               "control");
    CHECK_INT(facts_of(&f).count, 3);
    fixture_close(&f);
}

TEST(identity, marks_the_later_of_two_conflicting_assignments_when_they_are_linked)
{
    struct fixture f = fixture_open();
    struct roster_item items[] = {
        assign(&f, 1, "phone", "treatment"), assign(&f, 2, "ann", "control"),
        assign(&f, 1, "ann", "control"),     assign(&f, 2, "phone", "treatment"),
        assign(&f, 3, "ann", "control"),     assign(&f, 3, "phone", "control"),
        link_of(&f, "phone", "ann")};
    CHECK_OK(roster_commit(f.roster, items, 7, f.now_ms, f.arena, &f.err), &f.err);
    struct roster_facts facts = facts_of(&f);
    CHECK_INT(facts.count, 9);
    CHECK_INT(facts.items[6].kind, FACT_LINK);
    CHECK(facts.items[7].exposure.is_crossover && facts.items[8].exposure.is_crossover);
    CHECK_TEXT(facts.items[7].exposure.unit, "ann");
    CHECK(uuid_equal(&facts.items[7].exposure.experiment_id, &items[0].assignment.experiment_id));
    CHECK_TEXT(facts.items[8].exposure.unit, "phone");
    CHECK_TEXT(facts.items[8].exposure.variant, "treatment");
    CHECK_INT(facts.items[8].exposure.at, items[3].assignment.assigned_at);
    CHECK_TEXT(variant_of(&f, 1, "ann"), "control");
    CHECK_TEXT(variant_of(&f, 1, "phone"), "treatment");
    fixture_close(&f);
}

TEST(identity, remembers_as_many_devices_as_its_limit_says)
{
    struct fixture f = fixture_open();
    static char names[ROSTER_DEVICES_MAX + 1][8];
    gos_str *devices = NULL, user;
    uint32_t count = 0;
    for (int i = 0; i <= ROSTER_DEVICES_MAX; i++) {
        sprintf(names[i], "d%d", i);
        commit_one(&f, link_of(&f, names[i], "ann"));
    }
    CHECK_OK(roster_list_devices(f.roster, PRODUCTION, GOS_LIT("ann"), f.arena, &devices, &count,
                                 &f.err),
             &f.err);
    CHECK_INT(count, ROSTER_DEVICES_MAX);
    CHECK_TEXT(devices[ROSTER_DEVICES_MAX - 1], "d63");
    CHECK_OK(roster_find_user(f.roster, PRODUCTION, GOS_LIT("d64"), f.arena, &user, &f.err),
             &f.err);
    CHECK_TEXT(user, "ann");
    struct roster_item self = link_of(&f, "ann", "ann");
    CHECK_FAILS(roster_check(&self, &f.err), &f.err, GOS_BAD_INPUT, "/device_id");
    fixture_close(&f);
}

static gos_str attributes_by(struct fixture *f, const char *user, enum profile_source source)
{
    gos_str attributes;
    CHECK_OK(roster_find_profile(f->roster, PRODUCTION, gos_str_from(user), source, f->arena,
                                 &attributes, &f->err),
             &f->err);
    return attributes;
}

static gos_str attributes_of(struct fixture *f, const char *user)
{
    return attributes_by(f, user, PROFILE_TOLD);
}

TEST(profile, joins_new_attributes_to_those_known)
{
    struct fixture f = fixture_open();
    CHECK_TEXT(attributes_of(&f, "ann"), "");
    CHECK_INT(commit_one(&f, profile_of("ann", "{\"a\": 1.0, \"b\": [1], \"c\": null}")).outcome,
              ROSTER_CREATED);
    CHECK_TEXT(attributes_of(&f, "ann"), "{\"a\":1.0,\"b\":[1]}");
    commit_one(&f, profile_of("ann", "{\"d\":true,\"b\":null,\"a\":\"x\"}"));
    CHECK_TEXT(attributes_of(&f, "ann"), "{\"a\":\"x\",\"d\":true}");
    CHECK_INT(commit_one(&f, profile_of("ann", "{\"a\":\"x\"}")).outcome, ROSTER_EXISTING);
    CHECK_TEXT(attributes_of(&f, "bob"), "");
    CHECK_INT(facts_of(&f).count, 0);
    fixture_close(&f);
}

TEST(profile, keeps_what_was_claimed_apart_from_what_was_told)
{
    struct fixture f = fixture_open();
    uint64_t forgotten;
    struct roster_item claim = profile_of("ann", "{\"plan\":\"pro\"}");
    claim.profile.source = PROFILE_CLAIMED;
    commit_one(&f, claim);
    CHECK_TEXT(attributes_of(&f, "ann"), "");
    CHECK_TEXT(attributes_by(&f, "ann", PROFILE_CLAIMED), "{\"plan\":\"pro\"}");
    commit_one(&f, profile_of("ann", "{\"plan\":\"free\"}"));
    CHECK_TEXT(attributes_of(&f, "ann"), "{\"plan\":\"free\"}");
    CHECK_OK(roster_forget(f.roster, PRODUCTION, GOS_LIT("ann"), 1000, &forgotten, &f.err), &f.err);
    CHECK_TEXT(attributes_of(&f, "ann"), "");
    CHECK_TEXT(attributes_by(&f, "ann", PROFILE_CLAIMED), "");
    fixture_close(&f);
}

TEST(profile, refuses_what_is_no_object_or_too_large_and_keeps_the_rest_of_the_batch)
{
    struct fixture f = fixture_open();
    static char large[ROSTER_PROFILE_BYTES_MAX + 1], more[200];
    memset(large, 'x', sizeof large);
    memcpy(large, "{\"a\":\"", 6);
    memcpy(large + ROSTER_PROFILE_BYTES_MAX - 2, "\"}", 3);
    memset(more, 'y', sizeof more - 1);
    memcpy(more, "{\"b\":\"", 6);
    memcpy(more + sizeof more - 3, "\"}", 3);
    struct roster_item items[] = {profile_of("ann", "[1]"), profile_of("ann", "{\"a\":"),
                                  profile_of("bob", large), profile_of("bob", more),
                                  profile_of("eve", more)};
    CHECK_OK(roster_commit(f.roster, items, 5, f.now_ms, f.arena, &f.err), &f.err);
    CHECK_INT(items[0].outcome, ROSTER_REFUSED);
    CHECK_INT(items[1].outcome, ROSTER_REFUSED);
    CHECK_INT(items[2].outcome, ROSTER_CREATED);
    CHECK_INT(items[3].outcome, ROSTER_REFUSED);
    CHECK_INT(items[4].outcome, ROSTER_CREATED);
    CHECK_INT(attributes_of(&f, "bob").len, ROSTER_PROFILE_BYTES_MAX);
    fixture_close(&f);
}

TEST(profile, holds_as_many_attributes_as_its_limit_says)
{
    struct fixture f = fixture_open();
    static char text[ROSTER_PROFILE_MEMBERS_MAX * 12];
    int len = sprintf(text, "{");
    for (int i = 0; i < ROSTER_PROFILE_MEMBERS_MAX; i++)
        len += sprintf(text + len, "%s\"a%d\":1", i ? "," : "", i);
    sprintf(text + len, "}");
    CHECK_INT(commit_one(&f, profile_of("ann", text)).outcome, ROSTER_CREATED);
    CHECK_INT(commit_one(&f, profile_of("ann", "{\"b\":1}")).outcome, ROSTER_REFUSED);
    CHECK_INT(commit_one(&f, profile_of("ann", "{\"b\":1,\"a0\":null}")).outcome, ROSTER_CREATED);
    fixture_close(&f);
}

TEST(forget, takes_away_everything_about_a_user_and_its_devices)
{
    struct fixture f = fixture_open();
    uint64_t count = 0;
    commit_one(&f, assign(&f, 1, "phone", "treatment"));
    commit_one(&f, assign_on(&f, 1, "ann", "phone", "control"));
    commit_one(&f, assign(&f, 2, "ann", "control"));
    commit_one(&f, assign(&f, 1, "bob", "control"));
    commit_one(&f, profile_of("ann", "{\"a\":1}"));
    CHECK_OK(roster_forget(f.roster, PRODUCTION, GOS_LIT("ann"), f.now_ms, &count, &f.err), &f.err);
    CHECK_INT(count, 3);
    CHECK_TEXT(variant_of(&f, 1, "ann"), "none");
    CHECK_TEXT(variant_of(&f, 1, "phone"), "none");
    CHECK_TEXT(variant_of(&f, 1, "bob"), "control");
    CHECK_TEXT(attributes_of(&f, "ann"), "");
    CHECK_INT(count_of(&f, 1, ""), 1);
    gos_str user;
    CHECK_OK(roster_find_user(f.roster, PRODUCTION, GOS_LIT("phone"), f.arena, &user, &f.err),
             &f.err);
    CHECK_INT(user.len, 0);
    struct roster_facts facts = facts_of(&f);
    const struct fact *last = &facts.items[facts.count - 1];
    CHECK_INT(last->kind, FACT_FORGOTTEN);
    CHECK_TEXT(last->forgotten.user_id, "ann");
    CHECK_OK(roster_forget(f.roster, PRODUCTION, GOS_LIT("ann"), f.now_ms, &count, &f.err), &f.err);
    CHECK_INT(count, 0);
    fixture_close(&f);
}
