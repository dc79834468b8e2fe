#!/bin/sh
# Resident memory with 1,000 flags after a million evaluations; see memory.mjs.
exec node "$(dirname "$0")/memory.mjs"
