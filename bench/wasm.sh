#!/bin/sh
# Size, start and speed of the engine in WebAssembly; see wasm.mjs.
exec node "$(dirname "$0")/wasm.mjs"
