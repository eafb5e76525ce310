// Command whyfix turns a folder of Markdown articles into a help site whose
// search understands symptoms. See whyfix help.
package main

import (
	"os"

	"whyfix/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
