/*
 * The evaluation engine: definitions document -> ruleset -> decision. A pure library: no I/O, no
 * clock, no locks, and nothing is allocated while deciding. docs/evaluation.md says what decides in
 * which order, docs/targeting.md how conditions are written.
 */
#ifndef GOSSET_EVAL_H
#define GOSSET_EVAL_H

#include "gosset/compare.h"
#include "gosset/context.h"
#include "gosset/decision.h"
#include "gosset/explain.h"
#include "gosset/ruleset.h"

#endif
