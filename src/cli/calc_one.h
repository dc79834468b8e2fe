/* One question to a statistical method, with the names, defaults and answers of the API. */
#ifndef CLI_CALC_ONE_H
#define CLI_CALC_ONE_H

#include "gosset/base.h"

/*
 * Asks the method with the words "name=value" (numbers, texts, lists with commas) and prints the
 * answer, one line a name, or the API's object.
 *
 * Errors  NOT_FOUND: only rows are answered by this method; BAD_INPUT with the pointer of the field
 */
bool calc_one(const char *method, char *const *words, int count, bool is_json, gos_error *err);

#endif
