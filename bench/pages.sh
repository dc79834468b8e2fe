#!/bin/sh
# How soon the pages of the UI can be used, in Chromium on loopback; see pages.mjs.
exec node "$(dirname "$0")/pages.mjs"
