package generate

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// history is what git knows about the last changes of a folder's files.
type history struct {
	Key   [32]byte             // of all that it depends on: the commit, the clone, the files
	Times map[string]time.Time // of the last commit that changed what is in a file, by its path in the folder
	Gap   diag.Text            // why some are not known, in plain words; nothing when git knew
	Mend  diag.Text            // what the writer can do about that
	Lost  map[string]bool      // the files it is about; nil: all without a time
}

// What the writer can do about a gap.
var (
	writeUpdated = diag.Say("write `updated`")
	unshallow    = diag.Say("fetch the whole history (git fetch --unshallow) or write `updated`")
)

// readHistory asks git for the last change of each file of a folder. The files
// are paths in the folder. What is known from before is good as long as nothing
// that it depends on has changed; it may be nil.
func readHistory(ctx context.Context, dir string, files []string, known *history) *history {
	h := &history{Times: map[string]time.Time{}, Mend: writeUpdated}
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
	ends := ends(shallow)
	if head, err := git(ctx, dir, "rev-parse", "--verify", "HEAD").Output(); err == nil {
		h.Key = sha256.Sum256(fmt.Appendf(nil, "%s%q %v %q", head, prefix, ends, files))
		if known != nil && known.Key == h.Key {
			return known
		}
	}
	if len(ends) > 0 {
		h.Gap, h.Mend, h.Lost = diag.Say("this is a shallow clone"), unshallow, map[string]bool{}
	}
	h.Times = make(map[string]time.Time, len(files))
	at := make(map[string][]string, len(files))
	for _, f := range files {
		at[prefix+f] = []string{f}
	}
	if err := h.walk(ctx, top, at, ends); err != nil {
		h.Gap, h.Mend, h.Lost = gapOf(err), writeUpdated, nil
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
func gapOf(err error) diag.Text {
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return diag.Say("git is not installed")
	case !errors.As(err, &exit):
		return diag.Say("git could not be asked")
	case bytes.Contains(exit.Stderr, []byte("not a git repository")):
		return diag.Say("the content folder is not in git")
	case bytes.Contains(exit.Stderr, []byte("bad revision 'HEAD'")):
		return diag.Say("nothing is committed yet")
	}
	for line := range strings.Lines(string(exit.Stderr)) {
		if said, fatal := strings.CutPrefix(line, "fatal: "); fatal {
			return diag.Say("git says “%s”", strings.TrimSpace(said))
		}
	}
	return diag.Say("git could not be asked")
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

// walk goes back through the history until each file has its date. It takes in
// the whole repository: the content folder may have had another place. What is
// at a path are the files whose last change is still to come; by a rename as
// git tells it they go on under the path before.
func (h *history) walk(ctx context.Context, top string, at map[string][]string, ends map[string]bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Of a merge only what is in none of its parents is a change (-c).
	cmd := git(ctx, top, "-c", "log.showRoot=true", "-c", "log.follow=false", "-c", "diff.relative=false",
		"log", "-z", "--date-order", "-c", "-M", "--name-status", "--no-show-signature", "--no-color", "--format=tformat:%x01%H %ct", "HEAD", "--", ".")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var c commit
	words := bufio.NewReaderSize(out, 1<<16)
	for err == nil && len(at) > 0 {
		var word string
		if word, err = words.ReadString(0); err != nil {
			break
		}
		switch word = strings.Trim(word, "\n\x00"); {
		case word == "":
		case word[0] == 1:
			h.apply(c, at, ends[c.id])
			c = commit{moved: map[string]string{}}
			_, err = fmt.Sscanf(word[1:], "%s %d", &c.id, &c.seconds)
		default:
			err = c.read(word, words)
		}
	}
	if errors.Is(err, io.EOF) {
		h.apply(c, at, ends[c.id])
		err = nil
	}
	if err != nil || len(at) == 0 {
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

// commit is what one commit did to files, by their paths.
type commit struct {
	id      string
	seconds int64
	wrote   []string
	gone    []string
	moved   map[string]string // without a change: the path before, by that after
}

// read takes in one change: its letter has been read, its paths have not.
func (c *commit) read(letter string, words *bufio.Reader) error {
	file, err := words.ReadString(0)
	file = content.Composed(strings.TrimSuffix(file, "\x00"))
	switch {
	case err != nil:
		return err
	case strings.Trim(letter, "D") == "": // a letter for each parent of a merge
		c.gone = append(c.gone, file)
	case letter[0] == 'R' && strings.ContainsAny(letter, "0123456789"): // with how much of it is the same
		c.gone = append(c.gone, file)
		to, err := words.ReadString(0)
		if to = content.Composed(strings.TrimSuffix(to, "\x00")); letter == "R100" {
			c.moved[to] = file
		} else {
			c.wrote = append(c.wrote, to)
		}
		return err
	case strings.Contains(letter, "R"): // a merge has it by another name from a parent
	default:
		c.wrote = append(c.wrote, file)
	}
	return nil
}

// apply goes back behind a commit. Behind the end of a shallow clone nothing is
// known, not even whether it wrote what it has.
func (h *history) apply(c commit, at map[string][]string, end bool) {
	before := map[string][]string{} // at once: files may have changed places
	for to, from := range c.moved {
		if files := at[to]; files != nil {
			before[from] = files
			delete(at, to)
		}
	}
	for _, p := range c.wrote {
		for _, f := range at[p] {
			if end {
				h.Lost[f] = true
			} else {
				h.Times[f] = time.Unix(c.seconds, 0)
			}
		}
		delete(at, p)
	}
	for _, p := range c.gone { // what is there now is not in the history
		delete(at, p)
	}
	maps.Copy(at, before)
}

// dating asks git for dates, once in the life of a Loader, while the articles
// are read: from the first on that needs it, and never where none does.
type dating struct {
	loader *Loader
	ctx    context.Context
	once   sync.Once
	wg     sync.WaitGroup
}

// look is shown every article, from many goroutines.
func (d *dating) look(a *content.Article) {
	if a == nil || a.Index || !a.Updated.IsZero() || a.Draft && !d.loader.options.Drafts {
		return
	}
	d.once.Do(func() {
		if d.loader.history != nil {
			return
		}
		var paths []string
		for _, f := range d.loader.listing.files {
			if f.Class == content.ClassArticle {
				paths = append(paths, f.Path)
			}
		}
		d.wg.Go(func() {
			store := d.loader.store
			var known *history
			if store != nil {
				known = store.History
			}
			h := readHistory(d.ctx, d.loader.options.Content, paths, known)
			if d.ctx.Err() != nil {
				return
			}
			d.loader.history = h
			if store != nil && (h.Gap == (diag.Text{}) || h.Lost != nil) {
				store.History = h
			}
		})
	})
}

// wait returns when git has answered, if it was asked.
func (d *dating) wait() { d.wg.Wait() }

// note says in one line what could not be known of the articles of a site; nothing
// when nothing is missing.
func (h *history) note(s *site.Site) diag.Text {
	if h == nil || h.Gap == (diag.Text{}) {
		return diag.Text{}
	}
	n := 0
	for _, a := range s.Articles {
		if a.Updated.IsZero() && (h.Lost == nil || h.Lost[a.Path]) {
			n++
		}
	}
	if n == 0 {
		return diag.Text{}
	}
	return diag.Say("dates: %s, so the last change of %s without `updated` is not known; %s", h.Gap, diag.Count(n, "%d article", "%d articles"), h.Mend)
}
