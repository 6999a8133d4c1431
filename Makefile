# cloudless: `make` lists the targets.

SHELL   := bash
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

.PHONY: help build demo demo-crud test check generated lint unit fuzz crash bench bench-full generate models clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/cloudless, static, one file
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/cloudless ./cmd/cloudless

demo: ## set up, build, and go through the article (KEEP=1 leaves the server running)
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	@KEEP='$(KEEP)' examples/article/demo.sh

demo-crud: ## the same with what follows it: reads, sign-in, API keys, models, an OpenAPI document
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	@KEEP='$(KEEP)' examples/crud/demo.sh

test: ## set up what the tests need, and pass them all
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory check

check: generated lint unit ## all that must hold before a change lands

generated: ## are the generated files those that the models give?
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && go run ./tools/apigen -out "$$fresh" && \
	drift=$$(diff -r "$$fresh" internal/api | grep -v '^Only in internal/api: [a-z_]*\.go$$' || true) && \
	{ test -z "$$drift" || { printf '%s\n' "$$drift" 'run: make generate'; exit 1; }; }

lint: ## gofmt, vet, staticcheck
	@unformatted=$$(git ls-files '*.go' | xargs gofmt -l); test -z "$$unformatted" || { echo "gofmt: $$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...

unit: ## every test, with the race detector
	@source scripts/env.sh && go test -race -timeout 30m ./...

fuzz: ## each fuzz target for FUZZTIME (10s)
	@scripts/fuzz.sh '$(or $(FUZZTIME),10s)'

crash: ## kill the server under load, again and again (CYCLES=50, ITEMS=10000 in a large table)
	@source scripts/env.sh && CLOUDLESS_CRASH_CYCLES='$(or $(CYCLES),50)' CLOUDLESS_CRASH_ITEMS='$(ITEMS)' \
	go test -run 'Crash|Linearizable|Serializable' -v -timeout 180m ./test/crash/... ./test/linear

bench: build ## measure; the figures are ratios to a bare server in the same run
	@scripts/setup.sh demo
	@source scripts/env.sh && go run ./bench

bench-full: build ## measure all that bench/README.md shows: an hour and 5 GB of disk (BENCH='-large 100000')
	@bench/peers.sh
	@go build -o bin/bench ./bench
	@bin/bench -only dynamodb,engine,compare,growth,bulk,reopen $(BENCH)
	@bin/bench -only dynamodb,compare -client lean $(BENCH)
	@scripts/setup.sh demo
	@source scripts/env.sh && bin/bench -only functions,warm,cold,gateway,functionpeers,scale $(BENCH)

generate: ## internal/api from models
	go run ./tools/apigen

models: ## fetch AWS's models again (BOTOCORE=1.43.11)
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	python3 -m pip download -q --no-deps -d "$$dir" "botocore==$(or $(BOTOCORE),$(lastword $(shell cat models/VERSION)))" && \
	go run ./tools/models -wheel "$$dir"/botocore-*.whl

clean: ## remove what was built and fetched
	rm -rf bin .tools
