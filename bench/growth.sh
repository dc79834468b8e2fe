#!/bin/sh
# Ingest up to a hundred million events; see growth.mjs. Half an hour at most: tools/nightly asks for
# it by LONG=1, bench/run alone leaves it out.
[ -n "${LONG:-}" ] || exit 0
exec node "$(dirname "$0")/growth.mjs"
