/*
 * The engine for hosts that share memory instead of structs: WebAssembly. What goes in is bytes
 * that the host wrote, what comes out is JSON at wasm_answer(). One thread.
 */
#ifndef WASM_EXPORTS_H
#define WASM_EXPORTS_H

#include "gosset/eval.h"

/* A ruleset with a context of its own. */
struct wasm_rules;

/* Memory for the host to write into; NULL: none. */
void *wasm_take(size_t bytes);
void wasm_give(void *memory);

/* The JSON, or the texts, of the last call. */
const char *wasm_answer(void);
size_t wasm_answer_bytes(void);

/*
 * From a compiled block, or (is_block 0) from a definitions document. NULL: the answer is
 * {"code","message","pointer"}.
 *
 * number  given to the host's functions, so that it knows which ruleset asks
 */
struct wasm_rules *wasm_open(const char *bytes, size_t len, int is_block, uint32_t number);
void wasm_close(struct wasm_rules *rules);
/* {"hash","flags":[{"key","type"}],"patterns":[...]} */
void wasm_about(struct wasm_rules *rules);
/* Binds a context, as OFREP sends it. 0: the answer is an error. The text must stay. */
int wasm_bind(struct wasm_rules *rules, const char *json, size_t len, double now_ms);
/* Decides for what was bound: {"code","reason","value","variant","assignment","type","rule"} and,
 * when an experiment was asked, "experiment": {"id","variant","unit","device","random"}. */
void wasm_flag(struct wasm_rules *rules, const char *key, size_t len);
void wasm_experiment(struct wasm_rules *rules, const char *name, size_t len);

/* The host's: whether a text matches a pattern of the ruleset; whether a pattern can be used. */
int wasm_host_match(uint32_t number, uint32_t pattern, const char *text, size_t len);
int wasm_host_check(const char *pattern, size_t len);

#endif
