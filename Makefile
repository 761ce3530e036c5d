# The commands of Kvitok's developers; "make help" lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# the demo: where it writes and how big its town is
DEMO_DIR ?= out/demo
DEMO_ACCOUNTS ?= 1000
# the bench: where it works and how many accounts
BENCH_DIR ?= out/bench
BENCH_ACCOUNTS ?= 100000
# rows of its large files, claims and accounts of its matching
BENCH_ROWS ?= 1000000
BENCH_CLAIMS ?= 1000000
# which tests, and anything else for go test: make test PKG=./housing/... TESTFLAGS='-run TestMoney -v'
PKG ?= ./...
TESTFLAGS ?=
# two cores with the race detector are slow; a hang still ends
TEST_TIMEOUT ?= 30m

.PHONY: help setup build demo test e2e lint bench bench-month bench-files bench-match clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  \1\t\2/' | expand -t 12

setup: ## install everything that demo, tests, e2e and lint need
	@scripts/setup.sh e2e
	@scripts/setup.sh lint

build: ## bin/kvitok
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/kvitok ./cmd/kvitok

demo: ## a whole settlement month on a made town, into out/demo
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	bin/kvitok demo --dir $(DEMO_DIR) --accounts $(DEMO_ACCOUNTS)

test: ## vet and all package tests, with the race detector
	@scripts/setup.sh test
	go vet $(PKG)
	go test -race -shuffle=on -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) $(PKG)

e2e: ## against real Kafka, FTP, SFTP, IMAP and SMTP servers; then the demo twice, its papers opened
	@scripts/setup.sh e2e
	@$(MAKE) --no-print-directory build
	go test -tags e2e -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./e2e/...
	scripts/check-demo.sh

lint: ## golangci-lint, gofmt, go.mod, ShellCheck
	@scripts/setup.sh lint
	@scripts/lint.sh

bench: bench-month bench-files bench-match ## the month at 100,000 accounts, files and matching of a million

bench-month: ## the month at 100,000 accounts, a figure per stage
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	bin/kvitok bench --dir $(BENCH_DIR) --accounts $(BENCH_ACCOUNTS)

bench-files: ## files of a million rows: parsed, stored, peak memory
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	bin/kvitok bench parse --rows $(BENCH_ROWS)
	bin/kvitok bench import --dir $(BENCH_DIR) --rows $(BENCH_ROWS)

bench-match: ## a million claims against a million accounts
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	bin/kvitok bench match --dir $(BENCH_DIR) --claims $(BENCH_CLAIMS)

clean: ## remove what make made: bin, out, the cache of test servers
	rm -rf bin out .cache
