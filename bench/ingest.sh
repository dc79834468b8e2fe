#!/bin/sh
# Events over HTTP, acknowledged and shipped; see ingest.mjs.
exec node "$(dirname "$0")/ingest.mjs"
