# A thin front: CMake builds, tools/ do the rest. `make demo` and `make test` need nothing installed.

.PHONY: demo test check bench setup build web wasm format tidy fuzz nightly clean

# Installs what is missing, builds, and serves the UI with live simulated traffic.
demo: setup web
	@tools/build release gosset
	@build/release/gosset demo $(ARGS)

# Installs what is missing, builds, and runs every test; the last line counts them.
test: setup web
	@tools/test-all

# The quick turn for developers: one sanitized build, unit and contract tests, style.
check: tidy
	@tools/test-quick

# One JSON line per figure.
bench: setup web
	@tools/build release all
	@tools/wasm-build
	@bench/run

setup:
	@tools/setup

build: setup web
	@tools/build release all

web:
	@tools/web-build

# The engine for sdk/js.
wasm: setup
	@tools/wasm-build

format:
	@git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

# What a machine can check of STYLE: format, include direction, sizes.
tidy:
	@tools/tidy

fuzz:
	@tools/fuzz-run $(SECONDS_EACH)

# Long runs: full calibration, 100 rounds of kill -9, an hour of fuzzing, big benchmarks.
nightly: setup web
	@tools/nightly

clean:
	rm -rf build web/dist
