/* Numbers are rounded by their uncertainty. */
#include "base/number.h"

#include "test.h"

#include <math.h>

TEST(number, keeps_two_digits_of_the_standard_error_or_one_that_starts_with_three_or_more)
{
    CHECK_INT(number_decimals(2.99, 6), 1);
    CHECK_INT(number_decimals(0.299, 6), 2);
    CHECK_INT(number_decimals(0.31, 6), 1);
    CHECK_INT(number_decimals(0.03, 6), 2);
    CHECK_INT(number_decimals(250, 6), 0);
    CHECK_INT(number_decimals(1e-9, 6), 6);
    CHECK_INT(number_decimals(0, 6), 2);
    CHECK_INT(number_decimals(NAN, 6), 2);
    CHECK_INT(number_decimals(INFINITY, 6), 2);
    CHECK_NEAR(number_spread(-1.96, 1.96), 1, 1e-12);
}
