/* Filters of the metric language, read into postfix order. */
#ifndef METRIC_FILTER_H
#define METRIC_FILTER_H

#include "metric/lexer.h"
#include "metric/metric.h"

/* Reads tests joined by and, or, not and parentheses, up to the first token that is none. */
bool filter_read(struct lexer *lexer, const struct metric_test **out, uint32_t *out_count);
/* A name with dots, as properties have them: `cart.total`. */
bool filter_read_name(struct lexer *lexer, const char *expected, gos_str *out);

#endif
