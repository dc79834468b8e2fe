#!/bin/sh
# How often the ruleset of 1,000 flags can be fetched; see ruleset.mjs.
exec node "$(dirname "$0")/ruleset.mjs"
