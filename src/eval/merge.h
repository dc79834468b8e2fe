/*
 * Quick programs. Explaining needs every test as it was written; deciding only needs the answer,
 * and tests that must all hold for going on can be one for each attribute: what a text may be as
 * bits, ranges of numbers and versions as their intersection, and the cheap ones first. A quick
 * program has the places of the one it stands for, so that an index names both.
 */
#ifndef EVAL_MERGE_H
#define EVAL_MERGE_H

#include "eval/build.h"

/* Writes the quick tests for the program that consists of the tests from `first` on. */
void merge_tests(struct build *build, uint32_t first);

#endif
