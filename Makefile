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

.PHONY: test format vet staticcheck workflows tests race alone costs check setup faults fuzz bench peers forms pictures golden-record golden-compare build install dist reproducible builds vulnerabilities

test: format vet staticcheck workflows check tests

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

# Those of the project, and those that it gives to others.
workflows:
	@echo "== workflows"
	@$(TOOLS) actionlint .github/workflows/*.yml internal/starter/files/*/dot.github/workflows/*.yml docs/hosting/github-pages.yml

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

# The pictures of README.md, made anew after the looks or content/ have changed.
pictures:
	@go test ./internal/browser -run 'TestPictures$$' -count 1 -picture

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

# What the program says of itself. A release has its VERSION, such as 1.2.3; the
# commit, and its date, are those of this checkout.
VERSION ?=
COMMIT = $(shell git rev-parse HEAD 2>/dev/null)$(shell git diff --quiet HEAD 2>/dev/null || echo -dirty)
DATE = $(shell TZ=UTC git log -1 --date=format-local:%Y-%m-%d --format=%cd 2>/dev/null)
SAYS = whyfix/internal/version
LINKER = -s -w -X $(SAYS).released=$(VERSION) -X $(SAYS).commit=$(COMMIT) -X $(SAYS).date=$(DATE)
BUILD = CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "$(LINKER)"

build:
	@$(BUILD) -o whyfix$(shell go env GOEXE) ./cmd/whyfix

# For one's own: make install PREFIX=$$HOME/.local. Packagers give DESTDIR.
PREFIX ?= /usr/local
DESTDIR ?=
install: build
	@install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/doc/whyfix"
	@install -m 755 whyfix "$(DESTDIR)$(PREFIX)/bin/whyfix"
	@install -m 644 LICENSE README.md CHANGELOG.md "$(DESTDIR)$(PREFIX)/share/doc/whyfix"
	@if [ "$$(go env GOOS)" = linux ]; then \
		install -d "$(DESTDIR)$(PREFIX)/lib/systemd/system" && \
		sed 's|/usr/local/bin|$(PREFIX)/bin|' packaging/whyfix.service >"$(DESTDIR)$(PREFIX)/lib/systemd/system/whyfix.service"; \
	fi
	@"$(DESTDIR)$(PREFIX)/bin/whyfix" version

# What a release is handed out as, in dist/: archives for six systems, SHA256SUMS,
# and with DOWNLOADS=https://…, where they will be had, the formula for Homebrew.
TARGETS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
DOWNLOADS ?=
DIST ?= dist
dist:
	@go run ./internal/dist -version "$(VERSION)" -commit "$(COMMIT)" -date "$(DATE)" -targets "$(TARGETS)" -downloads "$(DOWNLOADS)" -out "$(DIST)"

# Two checkouts of the last commit, in two folders, of which one compiles all of it
# anew, make the same bytes.
reproducible:
	@echo "== reproducible"
	@tools/reproducible.sh

# The program for every system that it runs on, without C; and what only other
# systems compile, tests among it, is looked at.
builds:
	@for target in $(TARGETS); do \
		echo "== $$target"; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build -o /dev/null ./cmd/whyfix || exit 1; \
	done
	@for system in darwin windows; do \
		echo "== vet for $$system"; \
		CGO_ENABLED=0 GOOS=$$system go vet ./... || exit 1; \
	done

# Known holes in what is used. Without the database, which comes over the net, nothing is known.
vulnerabilities:
	@echo "== vulnerabilities"
	@out=$$($(TOOLS) govulncheck ./... 2>&1); code=$$?; \
	if [ $$code -eq 0 ]; then echo "none known"; \
	elif [ $$code -eq 3 ]; then echo "$$out"; exit 1; \
	elif echo "$$out" | grep -q "fetching vulnerabilities"; then echo "not looked for: the database cannot be reached"; \
	else echo "$$out"; exit 1; fi
