package generate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// repo is a git repository that a test makes, a commit a day.
type repo struct {
	t   *testing.T
	dir string
	day int
}

// day is the moment of the commit number n.
func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func newRepo(t *testing.T) *repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &repo{t: t, dir: dir}
	r.git("init", "-q", "-b", "main")
	return r
}

func (r *repo) git(args ...string) string {
	r.t.Helper()
	date := day(max(r.day, 1)).Format(time.RFC3339)
	cmd := exec.CommandContext(r.t.Context(), "git", append([]string{"-C", r.dir, "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_COMMITTER_DATE="+date, "GIT_AUTHOR_DATE="+date)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) write(name, text string) {
	r.t.Helper()
	write(r.t, r.dir, map[string]string{name: text})
}

func (r *repo) move(from, to string) {
	r.t.Helper()
	to = filepath.Join(r.dir, filepath.FromSlash(to))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(r.dir, filepath.FromSlash(from)), to); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) remove(name string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.dir, filepath.FromSlash(name))); err != nil {
		r.t.Fatal(err)
	}
}

// commit commits everything on the next day.
func (r *repo) commit() {
	r.t.Helper()
	r.day++
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "day "+strconv.Itoa(r.day))
}

// merge merges a branch on the next day, with whatever git makes of it.
func (r *repo) merge(branch string, options ...string) {
	r.t.Helper()
	r.day++
	r.git(append([]string{"merge", "-q", "--no-ff", "-m", "merge", branch}, options...)...)
}

// history asks for some files of a folder of the repository.
func (r *repo) history(folder string, files ...string) *history {
	r.t.Helper()
	return readHistory(r.t.Context(), filepath.Join(r.dir, folder), files, nil)
}

// Texts that are long enough to be alike after a change.
var (
	text  = strings.Repeat("一行正文。\n", 40)
	other = strings.Repeat("另一行正文。\n", 40)
)

func TestHistory(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(r *repo)
		want map[string]int // file → day of the commit; 0: no date
	}{
		{"edited", func(r *repo) {
			r.write("content/a.md", text)
			r.write("content/b.md", other)
			r.commit()
			r.write("content/a.md", text+"改\n")
			r.commit()
		}, map[string]int{"a.md": 2, "b.md": 1}},
		{"renamed", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.move("content/a.md", "content/b.md")
			r.commit()
		}, map[string]int{"b.md": 1, "a.md": 0}},
		{"renamed again and again", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.write("content/a.md", text+"改\n")
			r.commit()
			for _, to := range []string{"b.md", "x/c.md", "x/y/d.md", "e.md"} {
				r.move("content/"+map[string]string{"b.md": "a.md", "x/c.md": "b.md", "x/y/d.md": "x/c.md", "e.md": "x/y/d.md"}[to], "content/"+to)
				r.commit()
			}
		}, map[string]int{"e.md": 2}},
		{"renamed with a change", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.move("content/a.md", "content/b.md")
			r.write("content/b.md", text+"改\n")
			r.commit()
			r.move("content/b.md", "content/c.md")
			r.commit()
		}, map[string]int{"c.md": 2}},
		{"another file takes the old name: git tells no rename", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.move("content/a.md", "content/b.md")
			r.write("content/a.md", other)
			r.commit()
			r.write("content/z.md", "z\n")
			r.commit()
		}, map[string]int{"b.md": 2, "a.md": 2}},
		{"two change names: both pages have another text", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.write("content/b.md", other)
			r.commit()
			r.move("content/a.md", "content/t")
			r.move("content/b.md", "content/a.md")
			r.move("content/t", "content/b.md")
			r.commit()
			r.move("content/b.md", "content/c.md")
			r.commit()
		}, map[string]int{"c.md": 3, "a.md": 3}},
		{"a folder moved", func(r *repo) {
			r.write("content/x/a.md", text)
			r.write("content/x/y/b.md", other)
			r.commit()
			r.write("content/x/y/b.md", other+"改\n")
			r.commit()
			r.move("content/x", "content/z")
			r.commit()
		}, map[string]int{"z/a.md": 1, "z/y/b.md": 2}},
		{"the content folder came from elsewhere, twice", func(r *repo) {
			r.write("docs/a.md", text)
			r.write("docs/b.md", other)
			r.commit()
			r.write("docs/b.md", other+"改\n")
			r.commit()
			r.move("docs", "articles/help")
			r.commit()
			r.write("unrelated", "x")
			r.commit()
			r.write("articles/help/c.md", "c\n")
			r.commit()
			r.move("articles/help", "content")
			r.commit()
			r.write("docs/a.md", text) // a new file under the old name
			r.commit()
			r.write("content/z.md", "z\n")
			r.commit()
		}, map[string]int{"a.md": 1, "b.md": 2, "c.md": 5, "z.md": 8}},
		{"deleted and added again", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.remove("content/a.md")
			r.write("content/b.md", other)
			r.commit()
			r.write("content/a.md", text)
			r.commit()
		}, map[string]int{"a.md": 3, "b.md": 2}},
		{"put back as it was", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.write("content/a.md", other)
			r.commit()
			r.write("content/a.md", text)
			r.commit()
			r.write("content/b.md", "b\n")
			r.commit()
		}, map[string]int{"a.md": 3}},
		{"not committed", func(r *repo) {
			r.write("content/a.md", text)
			r.write("content/gone.md", "gone\n")
			r.commit()
			r.remove("content/gone.md")
			r.commit()
			r.write("content/a.md", other)
			r.write("content/new.md", other)
			r.write("content/gone.md", "gone\n")
		}, map[string]int{"a.md": 1, "new.md": 0, "gone.md": 0}},
		{"names", func(r *repo) {
			for _, name := range []string{"花呗/用不了.md", "with blanks.md", `"quotes".md`, "[a]*?.md", "tab\there.md", "-x.md", ":(top)y.md", "\u00e9.md"} {
				r.write("content/"+name, name)
			}
			r.commit()
			r.move(`content/"quotes".md`, "content/花 “引号”.md")
			r.write("content/花呗/用不了.md", text)
			r.commit()
		}, map[string]int{"花呗/用不了.md": 2, "with blanks.md": 1, "花 “引号”.md": 1, "[a]*?.md": 1, "tab\there.md": 1, "-x.md": 1, ":(top)y.md": 1, "\u00e9.md": 1}},
		{"edited on a branch", func(r *repo) {
			r.write("content/a.md", text)
			r.write("content/b.md", other)
			r.commit()
			r.git("checkout", "-q", "-b", "side")
			r.write("content/a.md", text+"改\n")
			r.commit()
			r.git("checkout", "-q", "main")
			r.write("content/b.md", other+"改\n")
			r.commit()
			r.merge("side")
		}, map[string]int{"a.md": 2, "b.md": 3}},
		{"renamed on one branch, edited on another", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.git("checkout", "-q", "-b", "side")
			r.write("content/a.md", text+"改\n")
			r.commit()
			r.git("checkout", "-q", "main")
			r.move("content/a.md", "content/b.md")
			r.commit()
			r.merge("side")
		}, map[string]int{"b.md": 2}},
		{"a merge that settles a conflict", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.git("checkout", "-q", "-b", "side")
			r.write("content/a.md", "甲\n"+text)
			r.commit()
			r.git("checkout", "-q", "main")
			r.write("content/a.md", "乙\n"+text)
			r.commit()
			r.merge("side", "--strategy=ours", "--no-commit")
			r.write("content/a.md", "甲乙\n"+text)
			r.git("add", "-A")
			r.git("commit", "-q", "-m", "merge")
		}, map[string]int{"a.md": 4}},
		{"a merge that takes one side: the last edit of both", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.write("content/a.md", "乙\n"+text)
			r.commit()
			r.git("checkout", "-q", "-b", "side", "HEAD^")
			r.write("content/a.md", "甲\n"+text)
			r.write("content/b.md", other)
			r.commit()
			r.git("checkout", "-q", "main")
			r.merge("side", "-X", "ours")
		}, map[string]int{"a.md": 3, "b.md": 3}},
		{"a branch whose work was not taken", func(r *repo) {
			r.write("content/a.md", text)
			r.commit()
			r.git("checkout", "-q", "-b", "side")
			r.write("content/a.md", "甲\n"+text)
			r.commit()
			r.git("checkout", "-q", "main")
			r.write("content/b.md", other)
			r.commit()
			r.merge("side", "--strategy=ours")
		}, map[string]int{"a.md": 1, "b.md": 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			tt.make(r)
			var files []string
			for name := range tt.want {
				files = append(files, name)
			}
			h := r.history("content", files...)
			got := map[string]int{}
			for _, name := range files {
				if at, known := h.Times[name]; known {
					got[name] = at.UTC().Day()
				} else {
					got[name] = 0
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || h.Gap.En != "" {
				t.Errorf("days (-want +got):\n%s\ngap: %q\n%s", diff, h.Gap.En, r.git("log", "--graph", "--name-status", "--format=%ad"))
			}
		})
	}
}

// The content folder may be all of the repository, a part of it, or of a
// repository in it, or another work tree.
func TestHistoryPlaces(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("a.md", text)
	r.write("deep/er/a.md", other)
	r.commit()
	r.write("deep/er/a.md", other+"改\n")
	r.commit()
	expect := func(name string, h *history, want int) {
		t.Helper()
		if got := h.Times["a.md"]; !got.Equal(day(want)) || h.Gap.En != "" {
			t.Errorf("%s: got %s and %q, want day %d", name, got, h.Gap.En, want)
		}
	}
	expect("the top", r.history("", "a.md"), 1)
	expect("a part", r.history("deep/er", "a.md"), 2)

	tree := filepath.Join(t.TempDir(), "tree")
	r.git("worktree", "add", "-q", tree)
	expect("another work tree", readHistory(t.Context(), filepath.Join(tree, "deep", "er"), []string{"a.md"}, nil), 2)

	outer := newRepo(t)
	outer.write("x", "x")
	outer.day = 8
	outer.commit()
	outer.git("submodule", "--quiet", "add", r.dir, "inner")
	outer.commit()
	expect("a submodule", outer.history("inner/deep/er", "a.md"), 2)

	link := filepath.Join(t.TempDir(), "content")
	if err := os.Symlink(filepath.Join(r.dir, "deep", "er"), link); err == nil {
		expect("a link to it", readHistory(t.Context(), link, []string{"a.md"}, nil), 2)
	}
}

// What a person has set for git, and what a hook sets for its own repository,
// changes nothing.
func TestHistorySettings(t *testing.T) {
	r := newRepo(t)
	r.write("content/a.md", text)
	r.commit()
	r.git("checkout", "-q", "-b", "side")
	r.write("content/b.md", other)
	r.commit()
	r.git("checkout", "-q", "main")
	r.move("content/a.md", "content/花.md")
	r.commit()
	r.merge("side")
	config := filepath.Join(t.TempDir(), "config")
	text := "[log]\n showRoot=false\n follow=true\n diffMerges=first-parent\n showSignature=true\n[diff]\n renames=false\n relative=true\n noprefix=true\n[color]\n ui=always\n[core]\n pager=false\n quotePath=true\n[format]\n pretty=oneline\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "nowhere"))
	t.Setenv("GIT_INDEX_FILE", "nowhere")
	h := readHistory(t.Context(), filepath.Join(r.dir, "content"), []string{"花.md", "b.md"}, nil)
	want := map[string]time.Time{"花.md": day(1), "b.md": day(2)}
	if diff := cmp.Diff(want, h.Times, cmp.Comparer(time.Time.Equal)); diff != "" || h.Gap.En != "" {
		t.Errorf("times (-want +got):\n%s\ngap: %q", diff, h.Gap.En)
	}
}

// In a shallow clone what changed since is known, and the rest is said.
func TestHistoryShallow(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("content/old.md", text)
	r.write("content/moved.md", other)
	r.commit()
	r.write("content/new.md", "new\n")
	r.commit()
	r.write("content/z.md", "z\n")
	r.move("content/moved.md", "content/to.md")
	r.commit()
	clone := filepath.Join(t.TempDir(), "clone")
	r.git("clone", "-q", "--depth", "2", "file://"+r.dir, clone)
	h := readHistory(t.Context(), filepath.Join(clone, "content"), []string{"old.md", "to.md", "new.md", "z.md", "none.md"}, nil)
	if diff := cmp.Diff(map[string]time.Time{"z.md": day(3)}, h.Times, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"old.md": true, "to.md": true, "new.md": true}, h.Lost); diff != "" || h.Gap.En != "this is a shallow clone" {
		t.Errorf("%s, lost (-want +got):\n%s", h.Gap.En, diff)
	}
	// The whole history tells all.
	cmd := exec.CommandContext(t.Context(), "git", "-C", clone, "fetch", "-q", "--unshallow")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	h = readHistory(t.Context(), filepath.Join(clone, "content"), []string{"old.md", "to.md", "new.md"}, nil)
	want := map[string]time.Time{"old.md": day(1), "to.md": day(1), "new.md": day(2)}
	if diff := cmp.Diff(want, h.Times, cmp.Comparer(time.Time.Equal)); diff != "" || h.Gap.En != "" {
		t.Errorf("times (-want +got):\n%s\ngap: %q", diff, h.Gap.En)
	}
}

func TestHistoryGaps(t *testing.T) {
	t.Parallel()
	empty := newRepo(t)
	empty.write("content/a.md", text)
	for _, tt := range []struct{ name, dir, want string }{
		{"outside git", t.TempDir(), "the content folder is not in git"},
		{"nothing committed", filepath.Join(empty.dir, "content"), "nothing is committed yet"},
		{"in the repository's own folder", filepath.Join(empty.dir, ".git"), "git says “this operation must be run in a work tree”"},
	} {
		if h := readHistory(t.Context(), tt.dir, []string{"a.md"}, nil); h.Gap.En != tt.want || len(h.Times) > 0 || h.Lost != nil {
			t.Errorf("%s: got %+v, want %q", tt.name, h, tt.want)
		}
	}
}

// Git is asked only where an article needs it, once, and the note counts those
// that stay without a date.
func TestDating(t *testing.T) {
	t.Parallel()
	const dated = "---\ntitle: 甲\nupdated: 2026-01-01\n---\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		asked bool
		note  string
	}{
		{"all say it", map[string]string{"a.md": dated, "index.md": "# 首页\n", "draft.md": "---\ndraft: true\n---\n"}, false, ""},
		{"one does not", map[string]string{"a.md": dated, "b.md": "# 乙\n"}, true, "dates: the content folder is not in git, so the last change of 1 article without `updated` is not known; write `updated`"},
		{"two do not", map[string]string{"a.md": "# 甲\n", "b.md": "# 乙\n"}, true, "dates: the content folder is not in git, so the last change of 2 articles without `updated` is not known; write `updated`"},
	} {
		dir := t.TempDir()
		write(t, dir, tt.files)
		l := loader(t, dir)
		loaded := reload(t, l)
		if asked := l.history != nil; asked != tt.asked || loaded.Dates.En != tt.note {
			t.Errorf("%s: asked %v, got %q; want %v, %q", tt.name, asked, loaded.Dates, tt.asked, tt.note)
		}
		before := l.history
		write(t, dir, map[string]string{"c.md": dated})
		if again := reload(t, l); l.history != before || again.Dates.En != tt.note {
			t.Errorf("%s: at the second time %q", tt.name, again.Dates)
		}
	}
}

// A long history of edits, moves, deletions and new files, which the test
// knows by heart.
func TestHistoryRandom(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	random := rand.New(rand.NewPCG(1, 2))
	type page struct {
		text string
		at   int64 // the commit that wrote it
	}
	pages := map[string]page{}
	var stream strings.Builder
	made := 0
	fresh := func() string { made++; return fmt.Sprintf("正文 %d\n", made) }
	const start = 1_700_000_000
	for n := range int64(400) {
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter x <x@example.org> %d +0000\ndata 0\n\n", start+n)
		put := func(name, text string) {
			pages[name] = page{text, n}
			fmt.Fprintf(&stream, "M 100644 inline content/%s\ndata %d\n%s\n", name, len(text), text)
		}
		touched := map[string]bool{} // once in a commit
		for range 1 + random.IntN(4) {
			names := slices.Sorted(maps.Keys(pages))
			name := ""
			if len(names) > 0 {
				name = names[random.IntN(len(names))]
			}
			target := fmt.Sprintf("d%d/p%d.md", random.IntN(3), random.IntN(60))
			_, taken := pages[target]
			switch what := random.IntN(6); {
			case touched[name] || touched[target]:
			case name == "" || (what == 0 || what == 5) && !taken:
				put(target, fresh())
			case what == 1:
				delete(pages, name)
				fmt.Fprintf(&stream, "D content/%s\n", name)
			case what <= 3 && !taken: // moved as it is
				pages[target] = pages[name]
				delete(pages, name)
				fmt.Fprintf(&stream, "R content/%s content/%s\n", name, target)
			case what == 4 && !taken: // moved with a change
				delete(pages, name)
				fmt.Fprintf(&stream, "D content/%s\n", name)
				put(target, fresh())
			default:
				put(name, fresh())
			}
			touched[name], touched[target] = true, true
		}
	}
	cmd := exec.CommandContext(t.Context(), "git", "-C", r.dir, "fast-import", "--quiet")
	cmd.Stdin = strings.NewReader(stream.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(r.dir, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{}
	for name, p := range pages {
		want[name] = start + p.at
	}
	h := r.history("content", slices.Collect(maps.Keys(pages))...)
	got := map[string]int64{}
	for name, at := range h.Times {
		got[name] = at.Unix()
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 10 {
		t.Errorf("of %d files (-want +got):\n%s", len(want), diff)
	}
}

func TestHistoryWithoutGit(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if h := readHistory(t.Context(), t.TempDir(), []string{"a.md"}, nil); h.Gap.En != "git is not installed" {
		t.Errorf("got %q", h.Gap.En)
	}
}

// TestHistoryKept: what is known is used as long as it is right, and no longer.
func TestHistoryKept(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("a.md", "甲")
	r.commit()
	files := []string{"a.md"}
	first := readHistory(t.Context(), r.dir, files, nil)
	if again := readHistory(t.Context(), r.dir, files, first); again != first {
		t.Error("the same history was read again")
	}
	if more := readHistory(t.Context(), r.dir, []string{"a.md", "b.md"}, first); more == first {
		t.Error("a history of other files was taken")
	}
	r.write("a.md", "甲乙")
	r.commit()
	if next := readHistory(t.Context(), r.dir, files, first); next == first || next.Times["a.md"].Equal(first.Times["a.md"]) {
		t.Error("after a commit, the old history was taken")
	}
}
