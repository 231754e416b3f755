# Everything a developer runs. `make` on its own lists it. Go is needed, PostgreSQL for the service and its tests, qemu for `make crossarch`; `make lint` builds
# its tools from tools.mod.

GO       ?= go
FUZZTIME ?= 60s
BENCH    ?= .
GOFMT     = $(shell $(GO) env GOROOT)/bin/gofmt
TOOL      = $(GO) tool -modfile=tools.mod
QEMU      = $(shell command -v qemu-aarch64-static || command -v qemu-aarch64)

.DEFAULT_GOAL := help
.PHONY: bench-duckdb help demo serve test fmt-check vet bench lint lint-quick fuzz crossarch chaos planted

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: ## the whole story of a contract, told by the service on a database of its own, in under a minute
	@$(GO) run ./cmd/outturn demo

serve: ## serve the database of the last demo, with a key for each role
	@$(GO) run ./cmd/outturn demo --serve

test: fmt-check vet ## formatting, go vet and every test: what must pass before a change lands
	$(GO) test ./...

fmt-check:
	@unformatted=$$($(GOFMT) -l .); if [ -n "$$unformatted" ]; then \
		echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

vet:
	$(GO) vet ./...

crossarch: ## built for arm64 and run under qemu-user: the same figures and statements, and the tests of the arithmetic
	@[ -n "$(QEMU)" ] || { echo "missing: qemu-aarch64-static; on Debian, apt-get install qemu-user-static" >&2; exit 1; }
	OUTTURN_QEMU_ARM64=$(QEMU) $(GO) test -count=1 -v -run '^TestSameOnEveryMachine$$' ./cmd/outturn
	GOARCH=arm64 $(GO) test -exec $(QEMU) ./contracts/... ./engine/counterfactual

chaos: ## processes, the database and the network fail under load, and rubbish is sent, at the figures of a release
	OUTTURN_CHAOS=full $(GO) test -p 1 -count=1 -v -timeout 4h ./cmd/outturn/chaos
	OUTTURN_CHAOS=full $(GO) test -count=1 -v -timeout 1h -run '^TestProcessesThatDieSettleEveryPeriodOnce$$' ./engine/schedule
	OUTTURN_CHAOS=full $(GO) test -count=1 -v -timeout 1h -run '^TestDecisionsAtOnceEqualSomeOrder$$' ./engine/store
	OUTTURN_CHAOS=full $(GO) test -count=1 -v -timeout 2h -run '^(TestRubbishIsRefused|TestForeignIsUnknownHoweverAskedFor)$$' ./cmd/outturn/service

planted: ## faults put into the code one by one, each with the test that must find it
	OUTTURN_CHAOS=planted $(GO) test -count=1 -v -timeout 2h -run '^TestPlantedFaultsAreFound$$' ./cmd/outturn/chaos

bench: ## every benchmark; BENCH=Settle picks some
	$(GO) test -run '^$$' -bench '$(BENCH)' ./...

lint: ## golangci-lint, as .golangci.yml says (the first run builds it: some minutes)
	$(TOOL) golangci-lint run --allow-serial-runners ./...

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
