#!/bin/sh
# kill -9 at random moments under load: nothing acknowledged is lost, no unit has two variants, and
# the server is up again at once. ROUNDS rounds (10 by default; the nightly run takes 100).
set -eu
cd "$(dirname "$0")"
exec node kill.mjs "${ROUNDS:-10}"
