package build

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// history is what git knows about the last changes of a folder's files.
type history struct {
	Key   [32]byte             // of all that it depends on: the commit, the clone, the files
	Times map[string]time.Time // of the last commit that changed what is in a file, by its path in the folder
	Gap   string               // why some are not known, in plain words; "" when git knew
	Mend  string               // what the writer can do about that
	Lost  map[string]bool      // the files it is about; nil: all without a time
}

// What the writer can do about a gap.
const (
	writeUpdated = "write `updated`"
	unshallow    = "fetch the whole history (git fetch --unshallow) or write `updated`"
)

// readHistory asks git for the last change of each file of a folder. The files
// are paths in the folder. What is known from before is good as long as nothing
// that it depends on has changed; it may be nil.
func readHistory(ctx context.Context, dir string, files []string, known *history) *history {
	h := &history{Times: make(map[string]time.Time, len(files)), Mend: writeUpdated}
	place, err := git(ctx, dir, "rev-parse", "--git-path", "shallow", "--show-toplevel", "--show-prefix").Output()
	lines := strings.SplitN(string(place), "\n", 3)
	if err != nil || len(lines) < 3 {
		h.Gap = gapOf(err)
		return h
	}
	shallow, top, prefix := lines[0], filepath.FromSlash(lines[1]), strings.TrimSuffix(lines[2], "\n")
	if !filepath.IsAbs(shallow) {
		shallow = filepath.Join(dir, shallow)
	}
	t := &tracer{at: make(map[string][]*traced, len(files)), ends: ends(shallow)}
	if head, err := git(ctx, dir, "rev-parse", "--verify", "HEAD").Output(); err == nil {
		h.Key = sha256.Sum256(fmt.Appendf(nil, "%s%q %v %q", head, prefix, t.ends, files))
		if known != nil && known.Key == h.Key {
			return known
		}
	}
	for _, f := range files {
		t.follow(&traced{file: f}, prefix+f)
	}
	// Files that came from outside the folder are looked for there, in the
	// history before they came. Most folders need no second pass.
	scope, from := []string{path.Clean(prefix)}, []string{"HEAD"} // path.Clean("") is "."
	for len(t.at) > 0 && ctx.Err() == nil {
		if err := t.pass(ctx, top, from, scope); err != nil {
			h.Gap = gapOf(err)
			break
		}
		from, scope = t.next()
	}
	for _, f := range t.done {
		if !f.time.IsZero() {
			h.Times[f.file] = f.time
		}
	}
	if len(t.ends) > 0 && h.Gap == "" {
		h.Gap, h.Mend, h.Lost = "this is a shallow clone", unshallow, map[string]bool{}
		for _, f := range t.done {
			h.Lost[f.file] = f.time.IsZero()
		}
	}
	return h
}

// git is a command that finds its repository by the folder alone, reads no
// settings that change what it prints, and fetches nothing.
func git(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "--no-pager", "--literal-pathspecs"}, args...)...)
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		// A hook that builds the site has these of its own repository.
		if !slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"}, name) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0")
	return cmd
}

// gapOf puts into words why git knows nothing.
func gapOf(err error) string {
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "git is not installed"
	case !errors.As(err, &exit):
		return "git could not be asked"
	case bytes.Contains(exit.Stderr, []byte("not a git repository")):
		return "the content folder is not in git"
	case bytes.Contains(exit.Stderr, []byte("bad revision 'HEAD'")):
		return "nothing is committed yet"
	}
	for line := range strings.Lines(string(exit.Stderr)) {
		if said, fatal := strings.CutPrefix(line, "fatal: "); fatal {
			return "git says “" + strings.TrimSpace(said) + "”"
		}
	}
	return "git could not be asked"
}

// ends are the commits of a shallow clone behind which nothing is known.
func ends(shallow string) map[string]bool {
	data, _ := os.ReadFile(shallow) // not there: the clone is whole
	out := map[string]bool{}
	for _, id := range strings.Fields(string(data)) {
		out[id] = true
	}
	return out
}

// tracer follows files back through the history. A file is its path and the
// hash of what is in it, so that the same path on another branch, or with
// another text, is not taken for it.
type tracer struct {
	at     map[string][]*traced // by the path in the repository, as far back as the walk is
	ends   map[string]bool      // commits of a shallow clone behind which nothing is known
	done   []*traced
	scope  []string  // the folders that this pass looks at
	moved  []*traced // came from outside the scope: for the next pass
	starts []string  // the commits that moved them
}

// traced is one file. Its hash is not known before the first commit that
// touched it is seen.
type traced struct {
	file string // in the folder
	path string // in the repository, as far back as the walk is
	blob string
	time time.Time
}

func (t *tracer) follow(f *traced, p string) {
	f.path = p
	t.at[p] = append(t.at[p], f)
}

// drop follows a file no longer.
func (t *tracer) drop(f *traced) {
	if rest := slices.DeleteFunc(t.at[f.path], func(o *traced) bool { return o == f }); len(rest) > 0 {
		t.at[f.path] = rest
	} else {
		delete(t.at, f.path)
	}
}

// pass walks the history from some commits back, as far as it touches the
// scope. Each such commit is shown whole: what came into the scope came from
// somewhere. Moves without a change need no look into files, so there is no
// limit to how many are found.
func (t *tracer) pass(ctx context.Context, top string, from, scope []string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := git(ctx, top, "-c", "log.showRoot=true", "-c", "log.follow=false", "-c", "log.diffMerges=separate", "-c", "diff.relative=false",
		"log", "--stdin", "--date-order", "--no-show-signature", "--no-color", "--format=format:%x01%H %ct %P", "--raw", "--no-abbrev", "-z", "-m", "-C100%", "--full-diff")
	cmd.Stdin = strings.NewReader(strings.Join(from, "\n") + "\n--\n" + strings.Join(scope, "\n") + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	t.scope = scope
	if err := t.read(bufio.NewReaderSize(out, 1<<16)); err != nil || len(t.at) == 0 {
		stop() // nothing more is wanted of it
		_ = cmd.Wait()
		return err
	}
	err = cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		exit.Stderr = stderr.Bytes()
	}
	return err
}

// inside reports whether a pass looks at a path.
func (t *tracer) inside(p string) bool {
	return slices.ContainsFunc(t.scope, func(dir string) bool { return dir == "." || strings.HasPrefix(p, dir+"/") })
}

// mostFolders is how many folders git is asked for by name: it compares each
// path with each of them.
const mostFolders = 20

// next is where the next pass starts, and what it looks at.
func (t *tracer) next() (from, scope []string) {
	clear(t.at) // what was not found is not in the history
	for _, f := range t.moved {
		t.follow(f, f.path)
		scope = append(scope, path.Dir(f.path))
	}
	for _, id := range t.starts {
		from = append(from, id+"^@")
	}
	slices.Sort(scope)
	slices.Sort(from)
	t.moved, t.starts = nil, nil
	if scope = slices.Compact(scope); len(scope) > mostFolders {
		scope = []string{"."}
	}
	return slices.Compact(from), scope
}

// commit is one commit and what it did to files that are followed.
type commit struct {
	id      string
	time    time.Time
	parents int
	changes map[string][]change // by the path after it
}

// change is what became of a file in comparison with one parent.
type change struct {
	from, to string // hashes; to is "" when the file is gone
	old      string // the path before a rename without a change
}

// read takes in what git prints: for each parent of each commit a line of its
// ids, then the changes, all of them between zeros.
func (t *tracer) read(r *bufio.Reader) error {
	var c commit
	for len(t.at) > 0 {
		b, err := r.ReadByte()
		if err != nil {
			t.apply(&c)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
		switch b {
		case 1:
			line, err := r.ReadString('\n')
			words := strings.Fields(line)
			if err != nil || len(words) < 2 {
				return fmt.Errorf("unexpected %q", line)
			}
			if words[0] == c.id { // the same, compared with its next parent
				continue
			}
			t.apply(&c)
			seconds, err := strconv.ParseInt(words[1], 10, 64)
			if err != nil {
				return err
			}
			c = commit{words[0], time.Unix(seconds, 0), len(words) - 2, map[string][]change{}}
		case ':':
			if err := t.readChange(r, &c); err != nil {
				return err
			}
		}
	}
	return nil
}

// readChange reads “100644 100644 HASH HASH M”, a path, and of a rename the
// path after it.
func (t *tracer) readChange(r *bufio.Reader, c *commit) error {
	line, err := r.ReadSlice(0)
	words := bytes.Fields(bytes.TrimSuffix(line, []byte{0}))
	if err != nil || len(words) != 5 {
		return fmt.Errorf("unexpected %q", line)
	}
	status := words[4][0]
	var from, to [64]byte
	nf, nt := copy(from[:], words[2]), copy(to[:], words[3])
	old, err := r.ReadString(0)
	if err != nil {
		return err
	}
	old = old[:len(old)-1]
	p := old
	if status == 'R' || status == 'C' {
		if p, err = r.ReadString(0); err != nil {
			return err
		}
		p = p[:len(p)-1]
	}
	d := change{from: string(from[:nf]), to: string(to[:nt])}
	switch status {
	case 'D':
		d.to = ""
	case 'R':
		d.old = old
		t.note(c, old, change{})
	case 'C': // the old name has another text now, as after a move that leaves a page behind
		d.old = old
	}
	t.note(c, p, d)
	return nil
}

func (t *tracer) note(c *commit, p string, d change) {
	if len(t.at[p]) > 0 {
		c.changes[p] = append(c.changes[p], d)
	}
}

// apply takes one commit back: files that it changed are done, those that it
// renamed go by their old name.
func (t *tracer) apply(c *commit) {
	type move struct {
		f   *traced
		old string
	}
	var moves []move
	for p, changes := range c.changes {
		// A path that another file was renamed away from, and that has a new
		// file: the second is what became of it.
		if now := slices.DeleteFunc(slices.Clone(changes), func(d change) bool { return d.to == "" }); len(now) > 0 {
			changes = now
		}
		for _, f := range slices.Clone(t.at[p]) {
			to := changes[0].to
			if f.blob == "" && to == "" { // not in the newest commit
				t.drop(f)
				continue
			}
			if f.blob == "" {
				f.blob = to
			}
			same := slices.ContainsFunc(changes, func(d change) bool { return d.old == "" && d.from == d.to })
			if f.blob != to || same || len(changes) < c.parents {
				continue // it came by another way, or a parent had it as it is
			}
			if i := slices.IndexFunc(changes, func(d change) bool { return d.old != "" }); i >= 0 {
				moves = append(moves, move{f, changes[i].old})
				continue
			}
			if !t.ends[c.id] {
				f.time = c.time
			}
			t.drop(f)
			t.done = append(t.done, f)
		}
	}
	c.changes = nil
	for _, m := range moves { // at once: two files may have changed names
		t.drop(m.f)
	}
	for _, m := range moves {
		if t.inside(m.old) {
			t.follow(m.f, m.old)
			continue
		}
		m.f.path = m.old
		t.moved, t.starts = append(t.moved, m.f), append(t.starts, c.id)
	}
}
