# `make demo` and `make test` do all set-up themselves; nothing but Node with npm >= 10, Python >= 3.11 with pip and venv, make and git is assumed.
SHELL := /bin/sh
NODE := ./node_modules/.bin/node
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: all install build check test demo bench soak clean

all: build

# No package of the lock needs its scripts; onnxruntime-node's would download CUDA from its vendor. Warnings would be of engines:
# everything runs on the Node of the lock, whatever the one that npm itself runs on.
node_modules/.stamp: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

install: node_modules/.stamp

build: install
	$(NODE) tools/build.ts

# The fast gate: format, lint, types, import rules, dead code, unit tests.
check: install
	$(NODE) tools/check.ts

# Everything that can run on one machine.
test: build
	sh tools/setup-tests.sh
	$(NODE) tools/check.ts
	$(NODE) node_modules/.bin/vitest run --project system

demo: build
	$(NODE) tools/demo.ts

bench: build
	sh tools/setup-tests.sh
	$(NODE) bench/run.ts

soak: build
	sh tools/setup-tests.sh
	MILLWRIGHT_SOAK=1 $(NODE) node_modules/.bin/vitest run --project system test/faults test/api/inference.test.ts

clean:
	rm -rf dist build
