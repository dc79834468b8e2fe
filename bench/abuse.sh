#!/bin/sh
# What others notice of idle streams and of a flood by one key; see abuse.mjs.
exec node "$(dirname "$0")/abuse.mjs"
