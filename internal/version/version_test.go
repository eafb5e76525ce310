package version

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestLine(t *testing.T) {
	t.Parallel()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	noted := func(version string, settings ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{Main: debug.Module{Version: version}}
		for i := 0; i < len(settings); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return info
	}
	for _, tt := range []struct {
		name string
		info *debug.BuildInfo
		told build
		want string
	}{
		{"nothing is known", nil, build{}, "whyfix 0.0.0, commit unknown"},
		{"files without a repository", noted("(devel)"), build{}, "whyfix 0.0.0, commit unknown"},
		{"a release", noted("v1.2.3", "vcs.revision", commit, "vcs.time", "2026-12-01T08:09:10Z", "vcs.modified", "false"), build{}, "whyfix 1.2.3, commit " + commit + ", 2026-12-01"},
		{"between two releases, with edits", noted("v1.2.4-0.20261201080910-0123456789ab+dirty", "vcs.revision", commit, "vcs.time", "2026-12-01T08:09:10Z", "vcs.modified", "true"), build{}, "whyfix 1.2.4-0.20261201080910-0123456789ab+dirty, commit " + commit + " with changes that are in no commit (dirty), 2026-12-01"},
		{"the linker was told the number", noted("v1.2.4-0.20261201080910-0123456789ab", "vcs.revision", commit, "vcs.time", "2026-12-01T08:09:10Z"), build{number: "1.2.4"}, "whyfix 1.2.4, commit " + commit + ", 2026-12-01"},
		{"the linker was told all", noted("(devel)"), build{number: "1.2.4", commit: "0123456", date: "2026-11-30"}, "whyfix 1.2.4, commit 0123456, 2026-11-30"},
		{"it was told of edits", nil, build{commit: "0123456-dirty", date: "2026-11-30"}, "whyfix 0.0.0, commit 0123456 with changes that are in no commit (dirty), 2026-11-30"},
		{"a commit without its date", noted("", "vcs.revision", "fedcba", "vcs.time", "2026-12-01T08:09:10Z", "vcs.modified", "true"), build{commit: commit}, "whyfix 0.0.0, commit " + commit},
	} {
		want := tt.want + ", " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
		if got := of(tt.info, tt.told).line(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, want)
		}
	}
}
