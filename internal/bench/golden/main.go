// Golden proves that a change of the code loses nothing: it records what whyfix
// makes of some sites and what it answers there, and later compares.
//
//	golden record [flags] DIR    writes a record into a new folder
//	golden compare [flags] DIR   prints each difference to it as a line; exits with 1 if there is one, with 2 if it could not compare
//
// In: the program, content folders, sets of questions. Out: for each site the
// hashes of its files, the manifest, what check and build say, and answers,
// without what the clock decides. A record is a folder of text files,
// SITE.KIND.txt, with WHAT TAB IS a line. The sites are the content folders,
// one of made articles, and one for each set of questions.
//
//	-whyfix FILE   the program (default: built from this module)
//	-content DIR   a content folder; several for several (default: content)
//	-n N           made articles (default 3000; 0: no such site)
//	-bench DIR     sets of questions: folders with docs.tsv, and what is asked in other .tsv files
//	-dir DIR       a new folder where sites are made, and stay (default: a temporary one)
//	-most N        differences to print of each kind of each site (default 20)
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"whyfix/internal/bench"
)

var (
	errDiffers = errors.New("it differs")
	errUsage   = errors.New("usage: golden record|compare [-whyfix FILE] [-content DIR]… [-n N] [-bench DIR] [-dir DIR] [-most N] DIR")
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, errDiffers):
		os.Exit(1)
	case err != nil:
		log.Print(err)
		os.Exit(2)
	}
}

type options struct {
	whyfix, bench, dir string
	content            []string
	n, most            int
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	var o options
	f := flag.NewFlagSet("golden", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.whyfix, "whyfix", "", "")
	f.Func("content", "", func(dir string) error { o.content = append(o.content, dir); return nil })
	f.IntVar(&o.n, "n", 3000, "")
	f.StringVar(&o.bench, "bench", "", "")
	f.StringVar(&o.dir, "dir", "", "")
	f.IntVar(&o.most, "most", 20, "")
	if err := f.Parse(args[1:]); err != nil {
		return fmt.Errorf("%w\n%w", err, errUsage)
	}
	if o.content == nil {
		o.content = []string{"content"}
	}
	switch {
	case f.NArg() == 1 && args[0] == "record":
		return runRecord(ctx, o, f.Arg(0))
	case f.NArg() == 1 && args[0] == "compare":
		return runCompare(ctx, o, f.Arg(0), out)
	}
	return errUsage
}

func runRecord(ctx context.Context, o options, dir string) error {
	if _, err := os.Stat(dir); err == nil { // files of an older record would be taken for this one's
		return fmt.Errorf("%s is there already: remove it, or name another folder", dir)
	}
	now, err := recordSites(ctx, o)
	if err != nil {
		return err
	}
	return now.write(dir)
}

func runCompare(ctx context.Context, o options, dir string, out io.Writer) error {
	old, err := read(dir)
	if err != nil {
		return err
	}
	now, err := recordSites(ctx, o)
	if err != nil {
		return err
	}
	differences := compare(old, now, o.most)
	for _, line := range differences {
		fmt.Fprintln(out, line)
	}
	if len(differences) > 0 {
		return errDiffers
	}
	lines := 0
	for _, list := range now {
		lines += len(list)
	}
	fmt.Fprintf(out, "the same: %d lines in %d files\n", lines, len(now))
	return nil
}

// recordSites makes the sites, one after the other, and records them.
func recordSites(ctx context.Context, o options) (record, error) {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "whyfix-golden-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	} else if err := os.Mkdir(o.dir, 0o755); err != nil { // the next build of a site says and makes less
		return nil, err
	}
	program, err := bench.Program(ctx, o.whyfix, o.dir)
	if err != nil {
		return nil, err
	}
	if program, err = filepath.Abs(program); err != nil { // it runs beside the content
		return nil, err
	}
	sites, err := sitesOf(o)
	if err != nil {
		return nil, err
	}
	seen := record{}
	for _, s := range sites {
		log.Printf("golden: %s", s.name)
		if err := s.record(ctx, program, seen); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return seen, nil
}
