/* Runs a case file through its method and compares every answer with the one in the file. */
#ifndef TESTS_CALC_CASES_H
#define TESTS_CALC_CASES_H

#include <stddef.h>

/*
 * Fails the test at the first answer outside of its tolerance (STATS section 24), naming file, row
 * and column. `data` is the folder's file of raw rows, or NULL. Returns how many were compared.
 */
size_t calc_cases_check(const char *folder, const char *method, const char *file, const char *data);

#endif
