# make test: everything that must hold before a change lands.

TOOLS := go tool -modfile=tools/go.mod
SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.go')

# Where goroutines meet: the packages that start some, in their code or in their tests,
# and internal/browser, which asks a whole server. Not the scripts of the commands: each of
# their many processes would pay for the detector.
CONCURRENT = ${shell git grep -lE --untracked '^[[:space:]]*go [a-zA-Z].*\(|\.Go\(func' -- 'internal/*.go' | xargs -n1 dirname | sort -u | grep -vE '^internal/(bench|cli)\b'}
RACE = $(sort $(CONCURRENT:%=whyfix/%) whyfix/internal/browser)
# Packages that leave tests out under the detector, by a tag or by a question.
PARTLY = ${shell git grep -lE --untracked '^//go:build !race|Key: "-race"' -- '*_test.go' | xargs -n1 dirname | sort -u}
ALONE = $(sort $(filter-out $(RACE),$(shell go list ./...)) $(PARTLY:%=whyfix/%))

.PHONY: test format vet staticcheck tests race alone costs check setup faults fuzz bench peers forms golden-record golden-compare builds vulnerabilities

test: format vet staticcheck check tests

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

# What the tests need beside Go: those of internal/browser a browser, those of
# docs/operating nginx. They skip without it.
setup:
	@echo "== setup"
	@tools/setup.sh

# The limit is for tests that hang, not for machines that are busy. vet has looked
# at all of it before.
TEST = go test -vet=off -timeout 1h

tests: race alone

race: setup
	@echo "== tests, where goroutines meet, with the race detector"
	@$(TEST) -race $(RACE)

alone: setup
	@echo "== all other tests"
	@$(TEST) $(ALONE)

# What tests cost. COSTS chooses: make costs COSTS="-race ./internal/server"
costs:
	@tools/costs.sh $(COSTS)

# The budgets beside their peers, on the disk and in memory: an hour. BENCH="-h" tells more.
bench: peers
	@go run ./internal/bench/budgets $(BENCH)

peers:
	@tools/peers/install.sh

# The picture of docs/writing.md, made anew after a form, or what it becomes, has changed.
forms:
	@go test ./internal/e2e -run WritingForms -update
	@go test ./internal/browser -run FormsPicture -picture

# Proof that a change loses nothing: record before it, compare after it, both with GOLDEN=DIR.
golden-record golden-compare:
	@go run ./internal/bench/golden $(@:golden-%=%) $(GOLDEN_FLAGS) $(GOLDEN)

# Longer than make test: nodes of a real cluster hang and die while readers ask for FAULTTIME.
FAULTTIME ?= 30s
faults: setup
	@WHYFIX_FAULTS=$(FAULTTIME) go test -count 1 -timeout 1h -run 'TestCluster$$' -v ./internal/cli

# Longer than make test: each fuzz target for a while. Go says "context deadline
# exceeded" when its time ends in the middle of an input: that is no finding.
FUZZTIME ?= 60s
fuzz:
	@for target in $$(grep -rl '^func Fuzz' --include='*_test.go' internal); do \
		for name in $$(grep -o '^func Fuzz[A-Za-z0-9_]*' $$target | cut -c6-); do \
			echo "== $$name"; log=$$(mktemp); \
			go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$$(dirname $$target) >$$log 2>&1 || bad=1; \
			tail -n 3 $$log; \
			if [ -n "$$bad" ] && { grep -q "Failing input" $$log || ! grep -q "context deadline exceeded" $$log; }; then cat $$log; rm $$log; exit 1; fi; \
			bad=; rm $$log; \
		done; \
	done

# The program for every system that it runs on, without C. A release has its VERSION, such as 1.2.3; without one, the commit says it.
VERSION ?=
BUILDS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
OUT ?= /dev/null
builds:
	@for target in $(BUILDS); do \
		echo "== $$target"; \
		out=$(OUT); if [ "$$out" != /dev/null ]; then out=$$out/whyfix-$$(echo $$target | tr / -); case $$target in windows/*) out=$$out.exe;; esac; fi; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build -trimpath -ldflags "-s -X whyfix/internal/cli.released=$(VERSION)" -o $$out ./cmd/whyfix || exit 1; \
	done

# Known holes in what is used. Without the database, which comes over the net, nothing is known.
vulnerabilities:
	@echo "== vulnerabilities"
	@out=$$($(TOOLS) govulncheck ./... 2>&1); code=$$?; \
	if [ $$code -eq 0 ]; then echo "none known"; \
	elif [ $$code -eq 3 ]; then echo "$$out"; exit 1; \
	elif echo "$$out" | grep -q "fetching vulnerabilities"; then echo "not looked for: the database cannot be reached"; \
	else echo "$$out"; exit 1; fi
