#!/bin/sh
# kill -9 under load, in the middle of taking events, of shipping them to the ledger, of compaction
# and checkpoint, and of a computation: nothing acknowledged is lost, nothing counts twice, no unit
# has two variants, and the server is up again at once. ROUNDS rounds (10 by default; the nightly
# run takes 100). A library that is loaded before the program picks the moments.
set -eu
cd "$(dirname "$0")"
shim=$(mktemp -d)
trap 'rm -rf "$shim"' EXIT
cc -shared -fPIC -O1 -o "$shim/disk.so" disk_shim.c
DISK_SHIM=$shim/disk.so DISK_FILE=$shim/disk node kill.mjs "${ROUNDS:-10}"
