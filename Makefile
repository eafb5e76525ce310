# make test: everything that must hold before a change lands.

TOOLS := go tool -modfile=tools/go.mod
SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.go')

.PHONY: test format vet staticcheck race check browser fuzz bench

test: format vet staticcheck check race

format:
	@echo "== format"
	@bad=$$($(TOOLS) gofumpt -l $(SOURCES)); \
	if [ -n "$$bad" ]; then echo "not formatted (go tool -modfile=tools/go.mod gofumpt -w FILE):"; echo "$$bad"; exit 1; fi

vet:
	@echo "== vet"
	@go vet ./...

staticcheck:
	@echo "== staticcheck"
	@$(TOOLS) staticcheck ./...

# The project's own content is an example: it must be without a problem.
check:
	@echo "== content"
	@go run ./cmd/whyfix check

# The tests of internal/browser need a browser, and skip without one.
browser:
	@echo "== browser"
	@tools/browser.sh

race: browser
	@echo "== tests"
	@go test -race ./...

# The budgets, beside Hugo and Pagefind where they are installed. BENCH="-h" tells more.
bench:
	@go run ./internal/bench/budgets $(BENCH)

# Longer than make test: each fuzz target for a while.
FUZZTIME ?= 60s
fuzz:
	@for target in $$(grep -rl '^func Fuzz' --include='*_test.go' internal); do \
		for name in $$(grep -o '^func Fuzz[A-Za-z0-9_]*' $$target | cut -c6-); do \
			echo "== $$name"; go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$$(dirname $$target) || exit 1; \
		done; \
	done
