#!/bin/sh
# Serving over HTTP with 1,000 running experiments; see serving.mjs.
exec node "$(dirname "$0")/serving.mjs"
