// Fronts asks sets of questions of a site twice: of one process with its index in
// the release, and of several with their index in a cluster of OpenSearch while
// nodes of it are killed. No answer may fail, and the first hits must be as good.
//
//	fronts [flags] SETS
//
// In: the program; folders with docs.tsv and what is asked in other .tsv files,
// QUESTION TAB ID[,ID…] a line. Out: for each file how good both are (MRR, the
// share that is among the first five), for how many questions the first ten hits
// differ, how many failed, how long an answer took. Exits with 1 if one failed or
// the cluster is worse by more than 0.01 MRR.
//
//	-whyfix FILE   the program (default: built from this module)
//	-nodes N       of the cluster, by tools/opensearch (default 3)
//	-fronts N      processes that ask it (default 3)
//	-at-once N     questions at once (default 2)
//	-most N        questions of each file, spread over it (default 0: all)
//	-kill=false    leave the nodes alone
//	-only TEXT     files whose path has it
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"whyfix/internal/bench"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

type options struct {
	whyfix, sets, only           string
	nodes, fronts, atOnce, asked int
	kill                         bool
}

func run(ctx context.Context) (err error) {
	var o options
	flag.StringVar(&o.whyfix, "whyfix", "", "the program")
	flag.IntVar(&o.nodes, "nodes", 3, "of the cluster")
	flag.IntVar(&o.fronts, "fronts", 3, "processes that ask it")
	flag.IntVar(&o.atOnce, "at-once", 2, "questions")
	flag.IntVar(&o.asked, "most", 0, "questions of each file")
	flag.BoolVar(&o.kill, "kill", true, "kill nodes")
	flag.StringVar(&o.only, "only", "", "files whose path has it")
	flag.Parse()
	if o.sets = flag.Arg(0); o.sets == "" || flag.NArg() > 1 {
		return errors.New("usage: fronts [flags] SETS")
	}
	dir, err := os.MkdirTemp("", "whyfix-fronts-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.whyfix, err = bench.Program(ctx, o.whyfix, dir); err != nil {
		return err
	}
	c, err := startCluster(ctx, o.nodes, filepath.Join(dir, "cluster"))
	if err != nil {
		return err
	}
	defer c.stop()
	near, _ := filepath.Glob(filepath.Join(o.sets, "*", "docs.tsv"))
	far, _ := filepath.Glob(filepath.Join(o.sets, "*", "*", "docs.tsv"))
	fmt.Println("| questions | n | MRR bleve | MRR cluster | R@5 bleve | R@5 cluster | other hits | failed | p50 bleve | p50 cluster | p99 bleve | p99 cluster | killed |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	bad := false
	for i, docs := range append(near, far...) {
		worse, err := o.set(ctx, c, docs, filepath.Join(dir, strconv.Itoa(i)), fmt.Sprintf("set%d", i))
		if err != nil {
			return err
		}
		bad = bad || worse
	}
	if bad {
		return errors.New("answers failed, or the cluster's are worse")
	}
	return nil
}

// set asks all questions about the articles of a file.
func (o *options) set(ctx context.Context, c *cluster, docs, dir, name string) (bad bool, err error) {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(docs), "*.tsv"))
	files = slices.DeleteFunc(files, func(file string) bool {
		return file == docs || strings.HasSuffix(file, ".pairs.tsv") || !strings.Contains(file, o.only)
	})
	if err != nil || len(files) == 0 {
		return false, err
	}
	content := filepath.Join(dir, "content")
	if err := bench.WriteSet(docs, content); err != nil {
		return false, err
	}
	build := func(public string, args ...string) error {
		out, err := exec.CommandContext(ctx, o.whyfix, append([]string{"build", "-content", content, "-out", public}, args...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("build: %w\n%s", err, out)
		}
		return nil
	}
	own, shared := filepath.Join(dir, "own"), filepath.Join(dir, "shared")
	if err := build(own); err != nil {
		return false, err
	}
	data, err := os.ReadFile(filepath.Join(content, "site.yaml"))
	settings := fmt.Sprintf("%sengine: {name: opensearch, addresses: [%s], index: %s, replicas: 1}\n", data, strings.Join(c.nodes, ", "), name)
	if err = errors.Join(err, os.WriteFile(filepath.Join(content, "site.yaml"), []byte(settings), 0o644)); err != nil {
		return false, err
	}
	if err := build(shared); err != nil {
		return false, err
	}
	serve := func(public string, n int) (out []*bench.Server, err error) {
		for range n {
			s, err := bench.StartTelling(ctx, os.Stderr, o.whyfix, "serve", "-public", public, "-addr", "127.0.0.1:0", "-rate", "0", "-log-requests=false")
			if err != nil {
				return out, err
			}
			out = append(out, s)
		}
		return out, nil
	}
	alone, err := serve(own, 1)
	fronts, errFronts := serve(shared, o.fronts)
	defer func() {
		for _, s := range append(alone, fronts...) {
			s.Stop()
		}
	}()
	if err := errors.Join(err, errFronts); err != nil {
		return false, err
	}
	for _, file := range files {
		questions, err := bench.Columns(file)
		if err != nil {
			return false, err
		}
		if n := len(questions); o.asked > 0 && n > o.asked {
			for i := range o.asked {
				questions[i] = questions[i*n/o.asked]
			}
			questions = questions[:o.asked]
		}
		want := o.ask(ctx, questions, alone, func() {})
		killed := 0
		got := o.ask(ctx, questions, fronts, func() {
			if o.kill {
				killed = c.kill()
			}
		})
		if killed > 0 {
			if err := c.restart(ctx, killed); err != nil {
				return false, err
			}
		}
		if err := ctx.Err(); err != nil { // not all was asked
			return false, err
		}
		other := 0
		for i := range want.hits {
			if !slices.Equal(want.hits[i], got.hits[i]) {
				other++
			}
		}
		fmt.Printf("| %s | %d | %.4f | %.4f | %.4f | %.4f | %d | %d | %.1f ms | %.1f ms | %.1f ms | %.1f ms | node %d |\n", strings.TrimPrefix(file, o.sets+"/"), len(questions),
			want.mrr, got.mrr, want.five, got.five, other, len(got.failed), want.took(0.5), got.took(0.5), want.took(0.99), got.took(0.99), killed)
		for _, f := range got.failed[:min(len(got.failed), 3)] {
			log.Print(f)
		}
		bad = bad || len(got.failed) > 0 || got.mrr < want.mrr-0.01
	}
	return bad, nil
}

// outcome is how good the answers to some questions were.
type outcome struct {
	mrr, five float64
	hits      [][]string // of each question
	failed    []string
	times     []float64 // ms, sorted
}

// took is the time that a share of the questions took at most; 0 if none was asked.
func (o *outcome) took(share float64) float64 {
	if len(o.times) == 0 {
		return 0
	}
	return o.times[int(share*float64(len(o.times)-1))]
}

// ask asks processes in turn, and does something when half is asked.
func (o *options) ask(ctx context.Context, questions [][]string, of []*bench.Server, middle func()) *outcome {
	out := &outcome{hits: make([][]string, len(questions))}
	var mu sync.Mutex
	var group sync.WaitGroup
	next := 0
	for range o.atOnce {
		group.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= len(questions) || ctx.Err() != nil {
					return
				}
				if i == len(questions)/2 {
					middle()
				}
				start := time.Now()
				hits, err := ask(ctx, of[i%len(of)].Address, questions[i][0])
				took := float64(time.Since(start).Microseconds()) / 1000
				wanted := strings.Split(questions[i][1], ",")
				mu.Lock()
				out.times = append(out.times, took)
				out.hits[i] = hits
				if err != nil {
					out.failed = append(out.failed, fmt.Sprintf("%s: %v", questions[i][0], err))
				}
				if k := slices.IndexFunc(hits, func(url string) bool { return slices.Contains(wanted, idOf(url)) }); k >= 0 {
					out.mrr += 1 / float64(k+1)
					if k < 5 {
						out.five++
					}
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	out.mrr /= float64(max(len(questions), 1))
	out.five /= float64(max(len(questions), 1))
	slices.Sort(out.times)
	return out
}

var number = regexp.MustCompile(`/0*([0-9]+)/`)

// idOf is the id of the article at an address.
func idOf(url string) string {
	if m := number.FindStringSubmatch(url); m != nil {
		return m[1]
	}
	return ""
}

// ask gives the addresses of the first ten hits. A part of an answer is none.
func ask(ctx context.Context, base, query string) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/search?size=10&q="+url.QueryEscape(query), nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%d %s %v", response.StatusCode, bytes.TrimSpace(body), err)
	}
	var a struct {
		Partial bool
		Hits    []struct{ URL string }
	}
	switch err := json.Unmarshal(body, &a); {
	case err != nil:
		return nil, fmt.Errorf("%w: %s", err, body)
	case a.Partial:
		return nil, errors.New("only a part of the answer came")
	}
	out := []string{}
	for _, h := range a.Hits {
		out = append(out, h.URL)
	}
	return out, nil
}

// cluster is one on this machine.
type cluster struct {
	dir   string
	nodes []string
	last  int // that was killed
}

const script = "tools/opensearch/cluster.sh"

func startCluster(ctx context.Context, nodes int, dir string) (*cluster, error) {
	cmd := exec.CommandContext(ctx, script, "start", strconv.Itoa(nodes), dir, "23500")
	cmd.Env, cmd.Stderr = parented(), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s, from the folder of the module: %w", script, err)
	}
	return &cluster{dir: dir, nodes: strings.Fields(string(out))}, nil
}

func parented() []string { return append(os.Environ(), "PARENT="+strconv.Itoa(os.Getpid())) }

// kill kills the next node, and tells which: they take turns.
func (c *cluster) kill() int {
	c.last = c.last%len(c.nodes) + 1
	data, err := os.ReadFile(filepath.Join(c.dir, fmt.Sprintf("node%d.pid", c.last)))
	pid, errPid := strconv.Atoi(strings.TrimSpace(string(data)))
	if err := errors.Join(err, errPid); err != nil {
		log.Print(err)
		return 0
	}
	process, err := os.FindProcess(pid)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		log.Print(err)
	}
	return c.last
}

// restart starts a node again, and waits until all copies are there.
func (c *cluster) restart(ctx context.Context, node int) error {
	cmd := exec.CommandContext(ctx, script, "node", strconv.Itoa(node), c.dir)
	cmd.Env = parented()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("node %d: %w\n%s", node, err, out)
	}
	path := fmt.Sprintf("/_cluster/health?wait_for_nodes=%d&wait_for_status=green&timeout=120s", len(c.nodes))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.nodes[node%len(c.nodes)]+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the cluster is not whole again: %s", response.Status)
	}
	return nil
}

func (c *cluster) stop() { _ = exec.Command(script, "stop", c.dir).Run() }
