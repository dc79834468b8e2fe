/* What somebody may have meant. */
#include "base/nearest.h"
#include "test.h"

#include <string.h>

static gos_str nearest_of(const char *text, const char *const *names, size_t count)
{
    struct nearest nearest;
    nearest_init(&nearest, gos_str_from(text));
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, gos_str_from(names[i]));
    return nearest.best;
}

static const char *const keys[] = {"dark-mode", "new-checkout", "new-checkouts", "free-shipping"};

TEST(nearest, is_the_one_with_the_fewest_changes)
{
    CHECK_TEXT(nearest_of("new-chekout", keys, 4), "new-checkout");
    CHECK_TEXT(nearest_of("NEW_CHECKOUT", keys, 4), "new-checkout");
    CHECK_TEXT(nearest_of("new-chekouts", keys, 4), "new-checkouts");
    CHECK_TEXT(nearest_of("darkmode", keys, 4), "dark-mode");
    CHECK_TEXT(nearest_of("light", keys, 4), "");
    CHECK_TEXT(nearest_of("", keys, 4), "");
}

TEST(nearest, lets_one_letter_in_four_differ_and_no_more)
{
    const char *const names[] = {"abcdefgh"};
    CHECK_TEXT(nearest_of("abcdefxy", names, 1), "abcdefgh");
    CHECK_TEXT(nearest_of("abcdexyz", names, 1), "");
    CHECK_TEXT(nearest_of("xxabcdefgh", names, 1), "abcdefgh");
    CHECK_TEXT(nearest_of("abc", names, 1), "");
}

TEST(nearest, takes_names_of_any_length)
{
    char most[NEAREST_BYTES_MAX + 2];
    memset(most, 'a', sizeof most);
    most[NEAREST_BYTES_MAX + 1] = 0;
    const char *longer[] = {most};
    CHECK_TEXT(nearest_of("aaaa", longer, 1), "");
    CHECK_TEXT(nearest_of(most, longer, 1), "");
    most[NEAREST_BYTES_MAX] = 0;
    CHECK_TEXT(nearest_of(most, longer, 1), most);
}
