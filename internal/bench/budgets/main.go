// Budgets measures how fast whyfix is, beside its peers, and prints a table for
// the disk and one for memory: make bench, which installs the peers first.
//
// In: the program, the peers, and by flags what to measure with. Out: what the
// machine can do, and a row for each budget: what was measured, in medians, its
// ratio to the peer in the same run, and whether it holds. A peer that is not
// there or fails makes “not measured”. All is measured one thing after the
// other. The peer of the search, stock bleve, is in this program.
//
//	-whyfix FILE    the program (default: built from this folder)
//	-old FILE       another whyfix, built with in turn
//	-peers DIR      where tools/peers/install.sh has put the peers
//	-disk DIR       where sites are made on a disk, -memory DIR in memory; "" leaves that table out
//	-n N            articles (default 10000); -big N: a large site (default 100000, 0: none)
//	-content DIR    articles in place of the made ones; -big-content DIR: of the large site
//	-questions FILE what is asked, a line each, before the first tab (default: made ones; with -content its titles)
//	-runs N         runs of each clean build (default 3)
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"whyfix/internal/bench"
)

type options struct {
	whyfix, old, peers, disk, memory string
	n, big, runs                     int
	content, bigContent, questions   string
}

// budgeted is how many articles the budgets are for.
const budgeted = 10_000

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.whyfix, "whyfix", "", "")
	flag.StringVar(&o.old, "old", "", "")
	flag.StringVar(&o.peers, "peers", filepath.Join("tools", "peers"), "")
	flag.StringVar(&o.disk, "disk", filepath.Join(".cache", "bench"), "")
	flag.StringVar(&o.memory, "memory", "/dev/shm", "")
	flag.IntVar(&o.n, "n", budgeted, "")
	flag.IntVar(&o.big, "big", 100_000, "")
	flag.StringVar(&o.content, "content", "", "")
	flag.StringVar(&o.bigContent, "big-content", "", "")
	flag.StringVar(&o.questions, "questions", "", "")
	flag.IntVar(&o.runs, "runs", 3, "")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	done, err := stock(ctx, flag.Args())
	if !done {
		err = run(ctx, o)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	programs, err := os.MkdirTemp("", "whyfix-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(programs)
	if o.whyfix, err = bench.Program(ctx, o.whyfix, programs); err != nil {
		return err
	}
	if o.peers, err = filepath.Abs(o.peers); err != nil {
		return err
	}
	fmt.Printf("%s/%s, %d processors, %s, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
	fmt.Println(processors())
	for _, where := range []struct{ name, parent string }{{"on the disk", o.disk}, {"in memory", o.memory}} {
		if err := table(ctx, o, where.name, where.parent); err != nil {
			return fmt.Errorf("%s: %w", where.name, err)
		}
	}
	return nil
}

// table measures in a folder of its own within another, and prints what it has
// even if it cannot finish.
func table(ctx context.Context, o options, name, parent string) error {
	if name == "in memory" {
		if _, err := os.Stat(parent); err != nil {
			fmt.Printf("\n%s: not measured, there is no folder %q (-memory DIR)\n", name, parent)
			return nil
		}
	} else if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(parent, "whyfix-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	kind, _ := exec.CommandContext(ctx, "stat", "-f", "-c", "%T", dir).Output() // where there is such a command
	files, err := files(dir)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s (%s; %s)\n\n", name, strings.TrimSpace(string(kind)), files)
	p := &place{options: o, dir: dir}
	err = p.measure(ctx)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tpeer\tmeasured\tratio\tbudget\theld")
	for _, r := range p.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.what, r.peer, r.measured, r.ratio, r.budget, r.held)
	}
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if p.n != budgeted {
		fmt.Printf("\nThe budgets are those of %d articles; what is held with another number says little.\n", budgeted)
	}
	return err
}
