#!/usr/bin/env bash
# What tests cost: for each package the seconds of processors, with those of the
# processes that it starts, and below the tests and parts of tests that took
# longest. Its arguments are those of go test: tools/costs.sh -race ./internal/server
set -uo pipefail
cd "$(dirname "$0")/.."
go test -json -vet=off -count=1 -timeout 1h -exec "bash -c 'TIMEFORMAT=\"processors %U %S\"; time \"\$0\" \"\$@\"'" "${@:-./...}" | awk '
	function field(name) { return match($0, "\"" name "\":\"[^\"]*\"") ? substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5) : "" }
	/"Output":"processors [0-9]/ {
		split(substr($0, index($0, "processors ")), seconds, /[ \\]/)
		printf "%8.1f s of processors  %s\n", seconds[2] + seconds[3], field("Package") | "sort -rn"
	}
	/"Action":"(pass|fail)"/ && /"Test":/ {
		match($0, /"Elapsed":[0-9.]+/)
		tests[++n] = sprintf("%8.2f s  %s %s%s", substr($0, RSTART + 10, RLENGTH - 10), field("Package"), field("Test"), /"Action":"fail"/ ? "  FAILED" : "")
	}
	END {
		close("sort -rn")
		print "\nlongest, waiting included"
		for (i = 1; i <= n; i++) print tests[i] | "sort -rn | head -n 25"
	}'
