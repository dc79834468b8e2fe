#!/bin/sh
# A refresh over HTTP at a million people and ten million events; see refresh.mjs.
exec node "$(dirname "$0")/refresh.mjs"
