# Everything this project does on a machine, by name. `make help` lists it.
#
# What is missing is installed by .ci/install; all that is not a Debian package goes to $(KANHE_CACHE).

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export KANHE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kanhe
# An exported PATH, after the user's own: a tool the machine already has is used as it is.
export PATH := $(PATH):$(KANHE_CACHE)/tools/bin

# RocksDB, built once into the cache by .ci/install.
export ROCKSDB_LIB_DIR := $(KANHE_CACHE)/rocksdb/$(shell .ci/rocksdb-version)
export ROCKSDB_STATIC := 1

WASM := wasm32-unknown-unknown

# The tests that know how to go on for longer than `make test` lets them.
TORTURE := binary(faults) + test(killed_at_any_moment) + test(full_disk)

FUZZ_SECONDS ?= 60
# Sanitizers are unstable in the compiler, not unsound: the pinned stable one is told to allow them, rather than a nightly of another day.
FUZZ := RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir .
# An input that takes five seconds or half a gigabyte is a defect as much as a panic is.
FUZZ_LIMITS := -timeout=5 -rss_limit_mb=512 -verbosity=0 -print_final_stats=1

.PHONY: help
help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: rocksdb
rocksdb:
	@.ci/install rocksdb

.PHONY: demo
demo: ## mint, print and check a batch of licences
	@.ci/install demo
	cargo build --locked --release --package kanhe
	"$${CARGO_TARGET_DIR:-target}/release/kanhe" demo --serve

.PHONY: test
test: ## run every check
	@.ci/install test
	@$(MAKE) --no-print-directory fmt deny clippy docs wasm nextest

.PHONY: fmt
fmt: ## check the layout of the code
	cargo fmt --all --check

.PHONY: clippy
clippy: rocksdb ## check the lints, in all targets
	cargo clippy --locked --workspace --all-targets -- --deny warnings

.PHONY: deny
deny: ## check licences, sources and bans of all that Cargo.lock names
	@.ci/install deny
	cargo deny --locked check --hide-inclusion-graph bans licenses sources

.PHONY: docs
docs: rocksdb ## check the links in the docs, and the examples in them
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items
	cargo test --locked --workspace --doc

.PHONY: wasm
wasm: ## build for the browser what a verifier needs
	flags=$$(.ci/wasm-target) && CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$$flags" \
		cargo build --locked --package kanhe-core --package kanhe-words --target $(WASM)

.PHONY: nextest
nextest: rocksdb ## run the tests and the stories
	cargo nextest run --locked --workspace

.PHONY: torture
torture: rocksdb ## break the library KANHE_KILLS (200) times under issuing, KANHE_SEEDS (200) stories of chance, and full disks
	@.ci/install test
	KANHE_KILLS=$${KANHE_KILLS:-200} KANHE_SEEDS=$${KANHE_SEEDS:-200} cargo nextest run --locked --profile torture \
		--package kanhe --package kanhe-tests -E '$(TORTURE)'

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZ_SECONDS (60)
	@.ci/install fuzz
	cd tests/fuzz && for target in $$(cargo fuzz list --fuzz-dir .); do \
		mkdir -p "corpus/$$target" "seeds/$$target" && \
		$(FUZZ) "$$target" "corpus/$$target" "seeds/$$target" -- $(FUZZ_LIMITS) -max_total_time=$(FUZZ_SECONDS) || exit 1; \
	done

.PHONY: bench
bench: ## measure
	@.ci/install bench
	cargo bench --locked --workspace

.PHONY: bench-http
bench-http: rocksdb ## measure the service over HTTP, with KANHE_BENCH_CERTIFICATES (100000), soaked for KANHE_BENCH_SOAK seconds (60)
	@.ci/install bench
	cargo bench --locked --package kanhe --bench http
