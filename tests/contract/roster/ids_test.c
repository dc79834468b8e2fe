/* The filter before the table of event ids: never wrong about what is new. */
#include "roster/id_set.h"
#include "test.h"

static uint64_t spread(uint64_t n)
{
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
    n = (n ^ n >> 27) * 0x94d049bb133111ebu;
    return n ^ n >> 31;
}

TEST(id_set, has_all_that_was_added_and_little_else_while_it_grows)
{
    enum { COUNT = 1100000, ASKED = 100000 }; /* three layers */
    struct id_set *set = id_set_open();
    uint64_t missing = 0, taken_for_known = 0;
    CHECK(!id_set_may_have(set, spread(1)));
    for (uint64_t i = 1; i <= COUNT; i++)
        CHECK(id_set_add(set, spread(i)));
    for (uint64_t i = 1; i <= COUNT; i++)
        missing += !id_set_may_have(set, spread(i));
    for (uint64_t i = COUNT + 1; i <= COUNT + ASKED; i++)
        taken_for_known += id_set_may_have(set, spread(i));
    CHECK_INT(missing, 0);
    CHECK(taken_for_known < ASKED * 3 / 170 * 2);
    CHECK_INT(id_set_count(set), COUNT);
    id_set_close(set);
}
