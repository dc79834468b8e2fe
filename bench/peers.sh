#!/bin/sh
# The workload of eval_bench in the engines of others; see peers.mjs. Fetches them into build/.
set -eu
cd "$(dirname "$0")/.."
folder=build/peers
mkdir -p "$folder"
[ -d "$folder/node_modules/@growthbook" ] || npm install --silent --no-audit --no-fund --prefix "$folder" \
    @growthbook/growthbook@1.8.0 @openfeature/flagd-core@4.0.1 @openfeature/core@1.11.0 >&2
build/release/bench/eval_bench --write "$folder"
build/release/bench/eval_bench > "$folder/gosset.jsonl" || true
cp bench/peers.mjs "$folder/peers.mjs"
exec node "$folder/peers.mjs"
