#!/bin/sh
# How soon a change is seen by many stream clients; see streams.mjs.
exec node "$(dirname "$0")/streams.mjs"
