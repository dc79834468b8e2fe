#!/bin/sh
# A full disk, a folder that is read-only, a damaged ledger: each has a clear end, and nothing that
# was acknowledged is lost. What needs a small tmpfs is left out where none may be mounted.
set -eu
cd "$(dirname "$0")"
small=$(mktemp -d)
if mount -t tmpfs -o size=96m tmpfs "$small" 2>/dev/null; then
    trap 'umount "$small"; rmdir "$small"' EXIT
else
    rmdir "$small"
    small=""
fi
SMALL_DISK=$small node --test --test-reporter=tap stores.mjs
