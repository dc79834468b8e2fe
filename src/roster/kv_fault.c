/* Failures that tests ask for. */
#include "roster/kv.h"

static _Thread_local uint64_t fail_in;

void kv_fail_at(uint64_t n)
{
    fail_in = n;
}

bool kv_is_failing(gos_error *err)
{
    if (__builtin_expect(fail_in == 0, 1) || --fail_in > 0)
        return false;
    gos_fail(err, GOS_STORE_FAILED, "", "the roster failed because a test said so");
    return true;
}
