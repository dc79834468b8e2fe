#!/bin/sh
# A sync to the disk that fails: of the roster's log, and of the ledger's.
set -eu
cd "$(dirname "$0")"
shim=$(mktemp -d)
trap 'rm -rf "$shim"' EXIT
cc -shared -fPIC -O1 -o "$shim/disk.so" disk_shim.c
DISK_SHIM=$shim/disk.so DISK_FILE=$shim/disk node --test --test-reporter=tap sync.mjs
