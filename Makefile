# Everything a developer runs. `make` on its own lists it. Only Go is needed; `make lint` builds its tools from tools.mod.

GO       ?= go
FUZZTIME ?= 60s
BENCH    ?= .
GOFMT     = $(shell $(GO) env GOROOT)/bin/gofmt
TOOL      = $(GO) tool -modfile=tools.mod

.DEFAULT_GOAL := help
.PHONY: bench-duckdb help demo test fmt-check vet bench lint lint-quick fuzz

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: ## settle a published scheme and compare the statement with what was published
	$(GO) run ./cmd/outturn settle fixtures/medicare-shared-savings --compare

test: fmt-check vet ## formatting, go vet and every test: what must pass before a change lands
	$(GO) test ./...

fmt-check:
	@unformatted=$$($(GOFMT) -l .); if [ -n "$$unformatted" ]; then \
		echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

vet:
	$(GO) vet ./...

bench: ## every benchmark; BENCH=Settle picks some
	$(GO) test -run '^$$' -bench '$(BENCH)' ./...

lint: ## golangci-lint, as .golangci.yml says (the first run builds it: some minutes)
	$(TOOL) golangci-lint run ./...

lint-quick: ## staticcheck alone
	$(TOOL) staticcheck ./...

fuzz: ## every fuzz target, FUZZTIME (60s) each
	@set -e; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' . | sort); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "== $$target in $$(dirname "$$file"), $(FUZZTIME)"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")"; \
		done; \
	done

bench-duckdb: ## settle 1,000,000 units against DuckDB on the same files; FOLDER keeps the evidence
	engine/bench/compare.sh $(FOLDER)
