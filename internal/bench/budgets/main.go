// Budgets measures how fast whyfix is, beside its peers where they are
// installed, and prints a table: make bench.
//
// In: the program and, by flags, the programs of the peers. Out: a row for each
// budget: what was measured, in medians, its ratio to the peer, and whether it
// holds. All is measured in one run on one machine, one thing after the other,
// on made articles. The peer of the search, stock bleve, is in this program.
//
//	-whyfix FILE    the program (default: built from this folder)
//	-old FILE       another whyfix, built with in turn
//	-stock=false    no stock bleve beside the search
//	-questions FILE what is asked, a line each, before the first tab (default: made ones; with -content its titles)
//	-hugo FILE      Hugo, with -pagefind FILE: 10,000 articles beside them
//	-vitepress DIR  a folder with node_modules/vitepress: 1,000 articles
//	-n N            articles (default 10000); -big N: a large site (default 100000, 0: none)
//	-content DIR    articles in place of the made ones; -big-content DIR: of the large site
//	-runs N         runs of each clean build (default 3)
//	-dir DIR        where the sites are made (default: a temporary folder)
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"text/tabwriter"
	"time"

	"whyfix/internal/bench"
)

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.whyfix, "whyfix", "", "")
	flag.StringVar(&o.old, "old", "", "")
	flag.BoolVar(&o.stock, "stock", true, "")
	flag.StringVar(&o.questions, "questions", "", "")
	flag.StringVar(&o.hugo, "hugo", lookUp("hugo"), "")
	flag.StringVar(&o.pagefind, "pagefind", lookUp("pagefind"), "")
	flag.StringVar(&o.vitepress, "vitepress", "", "")
	flag.IntVar(&o.n, "n", 10_000, "")
	flag.IntVar(&o.big, "big", 100_000, "")
	flag.StringVar(&o.content, "content", "", "")
	flag.StringVar(&o.bigContent, "big-content", "", "")
	flag.IntVar(&o.runs, "runs", 3, "")
	flag.StringVar(&o.dir, "dir", "", "")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	done, err := stock(ctx, flag.Args())
	if !done {
		err = run(ctx, o)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func lookUp(name string) string {
	file, _ := exec.LookPath(name)
	return file
}

type options struct {
	whyfix, old, hugo, pagefind, vitepress string
	stock                                  bool
	n, big, runs                           int
	content, bigContent, questions         string
	dir                                    string
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "whyfix-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	var err error
	if o.whyfix, err = bench.Program(ctx, o.whyfix, o.dir); err != nil {
		return err
	}
	rows, err := measure(ctx, o)
	fmt.Printf("%s/%s, %d processors, %s, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tpeer\tmeasured\tratio\tbudget\theld")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.what, r.peer, r.measured, r.ratio, r.budget, r.held)
	}
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	return err
}
