package build

import (
	"bufio"
	"context"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// commitTimes asks git once for the time of the last commit that touched each
// file of a folder, by path relative to it. Outside git, and in a clone without
// history, it knows nothing and pages show no such date.
func commitTimes(ctx context.Context, dir string) map[string]time.Time {
	times := map[string]time.Time{}
	shallow, err := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "--is-shallow-repository").Output()
	if err != nil || strings.TrimSpace(string(shallow)) != "false" {
		// In a shallow clone every file seems to be as old as the clone.
		return times
	}
	cmd := exec.CommandContext(ctx, "git", "-C", dir, "-c", "core.quotePath=false", "log",
		"--format=format:%x01%ct", "--name-only", "--relative", "--no-renames", "--diff-filter=ACMRT", "--", ".")
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return times
	}
	defer func() { _ = cmd.Wait() }()
	var at time.Time
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		if stamp, ok := strings.CutPrefix(line, "\x01"); ok {
			if seconds, err := strconv.ParseInt(stamp, 10, 64); err == nil {
				at = time.Unix(seconds, 0)
			}
			continue
		}
		if _, seen := times[line]; !seen && line != "" {
			times[line] = at
		}
	}
	return times
}
