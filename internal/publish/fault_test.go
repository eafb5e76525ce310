package publish

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stepsOf lists the steps of a build that changes siteA into siteB, as fault
// and the link functions see them.
func stepsOf(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	build(t, dir, siteA, 1)
	w := begin(t, dir)
	var steps []string
	stopAt(w, func(step string) error {
		if !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
		return nil
	})
	fill(t, w, siteB)
	if _, err := w.Commit(manifestOf(siteB), 1); err != nil {
		t.Fatal(err)
	}
	if len(steps) < 9 {
		t.Fatalf("steps: got %q, want more", steps)
	}
	return steps
}

// stopAt calls a function before each step, including each single link and
// the one half-way through the switch.
func stopAt(w *Writer, at func(step string) error) {
	w.fault = at
	link, symlink := w.link, w.symlink
	var links atomic.Int32
	w.link = func(old, new string) error {
		if links.Add(1) == 3 {
			if err := at("link one"); err != nil {
				return err // the copy takes over
			}
		}
		return link(old, new)
	}
	w.symlink = func(old, new string) error {
		if err := symlink(old, new); err != nil {
			return err
		}
		return at("made link")
	}
}

// checkAfterFault looks at a folder in which the build of siteB over siteA was
// stopped: one of the two is live and whole, and the next build clears up.
func checkAfterFault(t *testing.T, dir, before string, snapshot map[string]string) {
	t.Helper()
	live, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	if live == before {
		checkLive(t, dir, before, siteA)
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(snapshot, readTree(t, r.Dir())); diff != "" {
			t.Errorf("live release (-before +after):\n%s", diff)
		}
		r.Close()
	} else {
		checkLive(t, dir, live, siteB)
	}

	next := maps.Clone(siteA) // some files are in either, one is in none
	next["c.html"] = "c"
	result := build(t, dir, next, 1)
	checkLive(t, dir, result.ID, next)
	checkNames(t, dir, result.ID)
}

// A step that fails leaves the old release live, or the new one if the switch
// has happened; whether the caller then cleans up or dies is all the same.
func TestFaults(t *testing.T) {
	for _, abort := range []bool{false, true} {
		for _, step := range stepsOf(t) {
			t.Run(fmt.Sprint(step, ", abort ", abort), func(t *testing.T) {
				dir := t.TempDir()
				first := build(t, dir, siteA, 1)
				snapshot := readTree(t, first.Dir)

				w := begin(t, dir)
				injected := errors.New("injected")
				stopAt(w, func(at string) error {
					if at == step {
						return injected
					}
					return nil
				})
				result, err := putAndCommit(w, siteB)
				// A link that is refused has a way round, the copy.
				recovers := step == "link one"
				if recovers != (err == nil) {
					t.Errorf("error: got %v", err)
				}
				after := step == "sync switch" || step == "prune" || step == "look" || recovers
				if got, want := result.Changed, after; got != want {
					t.Errorf("changed: got %v, want %v", got, want)
				}
				live, _ := Current(dir)
				if got, want := live != first.ID, after; got != want {
					t.Errorf("switched: got %v, want %v", got, want)
				}
				if !after {
					if _, err := w.Commit(manifestOf(siteB), 1); err == nil {
						t.Error("a second Commit: no error")
					}
				}
				if abort {
					if err := w.Abort(); err != nil {
						t.Errorf("Abort: %v", err)
					}
				} else if !w.done {
					w.done = true // as if the process had ended here
					w.unlock()
				}
				checkAfterFault(t, dir, first.ID, snapshot)
			})
		}
	}
}

// putAndCommit is fill and Commit, up to the first error.
func putAndCommit(w *Writer, s site) (Result, error) {
	for path, text := range s {
		if err := w.Put(path, []byte(text)); err != nil {
			return Result{}, err
		}
		if strings.HasSuffix(path, ".html") {
			err := w.Variant(path+".gz", "test", compressed("gz:"+text))
			if err != nil {
				return Result{}, err
			}
		}
	}
	if err := w.PutSearchTemplate([]byte("<form>")); err != nil {
		return Result{}, err
	}
	dir, err := w.SearchDir()
	if err != nil {
		return Result{}, err
	}
	if err := os.Mkdir(dir+"/store", 0o755); err != nil {
		return Result{}, err
	}
	if err := os.WriteFile(dir+"/store/root.bolt", []byte(indexOf(s)), 0o644); err != nil {
		return Result{}, err
	}
	return w.Commit(manifestOf(s), 1)
}

const (
	childDir  = "WHYFIX_TEST_PUBLISH_DIR"
	childStep = "WHYFIX_TEST_PUBLISH_STEP"
	stopped   = "stopped"
)

// TestKilled kills a build, a process of its own, at every step.
func TestKilled(t *testing.T) {
	for _, step := range stepsOf(t) {
		t.Run(step, func(t *testing.T) {
			dir := t.TempDir()
			first := build(t, dir, siteA, 1)
			snapshot := readTree(t, first.Dir)

			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$")
			cmd.Env = append(os.Environ(), childDir+"="+dir, childStep+"="+step)
			stdin, err := cmd.StdinPipe() // the child waits for its end, so it must stay open
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(stdout).ReadString('\n')
			if got, want := strings.TrimSpace(line), stopped; got != want {
				t.Errorf("child: got %q, %v, want %q", got, err, want)
			}
			if _, err := Create(dir, noon, nil); !errors.Is(err, ErrBusy) {
				t.Errorf("Create while the other process builds: got %v, want ErrBusy", err)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Error("the child ended by itself")
			}
			checkAfterFault(t, dir, first.ID, snapshot)
		})
	}
}

// TestKilledChild is the process that TestKilled kills.
func TestKilledChild(t *testing.T) {
	dir, step := os.Getenv(childDir), os.Getenv(childStep)
	if dir == "" {
		t.Skip("runs only as a child of TestKilled")
	}
	w := begin(t, dir)
	stopAt(w, func(at string) error {
		if at == step {
			fmt.Println(stopped)
			_, _ = os.Stdin.Read(make([]byte, 1))
		}
		return nil
	})
	_, err := putAndCommit(w, siteB)
	t.Fatalf("not killed: %v", err)
}

// feedPosts makes a generation of posts of some files beside a release, and says
// which steps it took.
func feedPosts(t *testing.T, dir string, texts map[string]string, stop string) (steps []string, err error) {
	t.Helper()
	w, err := EditPosts(dir, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	injected := errors.New("injected")
	w.fault = func(step string) error {
		steps = append(steps, step)
		if step == stop {
			return injected
		}
		return nil
	}
	folder, err := w.Folder()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range texts {
		// What stays is the last generation's file.
		if last := w.Last(); last != nil {
			if data, err := os.ReadFile(last.Folder() + "/" + name); err == nil && string(data) == text {
				if err := os.MkdirAll(folder+"/search", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.Link(last.Folder()+"/"+name, folder+"/"+name); err != nil {
					t.Fatal(err)
				}
				continue
			}
		}
		writeOS(t, folder+"/"+name, text)
	}
	return steps, w.Commit(PostsManifest{Generator: "test", Documents: len(texts), Sources: map[string]int{"post": len(texts)}})
}

// A generation of posts is live and whole, or the one before is, whatever step
// fails; the next feed clears up.
func TestFaultsOfPosts(t *testing.T) {
	t.Parallel()
	one, two := map[string]string{"search/a": "1", "search/b": "1", "known": "1"}, map[string]string{"search/a": "1", "search/b": "2", "known": "2"}
	base := t.TempDir()
	build(t, base, siteA, 1)
	steps, err := feedPosts(t, base, one, "")
	if err != nil || len(steps) < 7 {
		t.Fatal(steps, err)
	}
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			build(t, dir, siteA, 1)
			if _, err := feedPosts(t, dir, one, ""); err != nil {
				t.Fatal(err)
			}
			if _, err := feedPosts(t, dir, two, step); err == nil {
				t.Fatal("the fault was not seen")
			}
			p, err := OpenPosts(PostsDir(dir))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Verify(t.Context(), nil, nil); err != nil {
				t.Errorf("what is live: %v", err)
			}
			if _, err := feedPosts(t, dir, two, ""); err != nil {
				t.Fatal(err)
			}
			next, err := OpenPosts(PostsDir(dir))
			if err != nil {
				t.Fatal(err)
			}
			if err := next.Verify(t.Context(), nil, p); err != nil {
				t.Errorf("after the next feed: %v", err)
			}
			if data, err := os.ReadFile(next.Folder() + "/search/b"); err != nil || string(data) != "2" {
				t.Errorf("what is live has %q, %v", data, err)
			}
			// A file that is written over is seen, though most files were known.
			writeOS(t, next.Folder()+"/search/b", "3")
			again, err := OpenPosts(PostsDir(dir))
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Verify(t.Context(), nil, next); !errors.Is(err, ErrDamaged) {
				t.Errorf("a damaged file: %v", err)
			}
		})
	}
}

// Two feeds at once: the second is told, and nothing is lost.
func TestPostsAreLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := EditPosts(dir, time.Now(), nil); !errors.Is(err, ErrNoRelease) {
		t.Errorf("without a site: %v", err)
	}
	build(t, dir, siteA, 1)
	first, err := EditPosts(dir, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EditPosts(dir, time.Now(), nil); !errors.Is(err, ErrBusy) {
		t.Errorf("while another is at work: %v", err)
	}
	if err := first.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPosts(PostsDir(dir)); !errors.Is(err, ErrNoRelease) {
		t.Errorf("what was given up is there: %v", err)
	}
	build(t, dir, siteB, 1) // a build leaves the folder alone
	if _, err := feedPosts(t, dir, map[string]string{"known": "1"}, ""); err != nil {
		t.Error(err)
	}
}
