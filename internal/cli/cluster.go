package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/search"
)

// clusterHelp tells of the options of all commands that ask a cluster.
const clusterHelp = `
an index in a cluster (docs/scale.md):
  -opensearch URLS      the addresses of an OpenSearch cluster, with commas
                        between them; any of its nodes will do. Default: those
                        of site.yaml, or where the release was built
  -opensearch-user FILE a file with user:password on its first line; else
                        OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD say them
  -opensearch-ca FILE   certificates that are trusted, instead of the system's
  -opensearch-cert FILE, -opensearch-key FILE
                        the certificate by which the cluster knows whyfix
`

// clusterOptions are the flags of a cluster.
type clusterOptions struct{ urls, user, ca, cert, key string }

func clusterFlags(f *flag.FlagSet) *clusterOptions {
	o := &clusterOptions{}
	f.StringVar(&o.urls, "opensearch", "", "")
	f.StringVar(&o.user, "opensearch-user", "", "")
	f.StringVar(&o.ca, "opensearch-ca", "", "")
	f.StringVar(&o.cert, "opensearch-cert", "", "")
	f.StringVar(&o.key, "opensearch-key", "", "")
	return o
}

// cluster is what the flags say, and the environment.
func (o *clusterOptions) cluster() (search.Cluster, error) {
	at := search.Cluster{User: os.Getenv("OPENSEARCH_USERNAME"), Password: os.Getenv("OPENSEARCH_PASSWORD"), CA: o.ca, Cert: o.cert, Key: o.key}
	for address := range strings.SplitSeq(o.urls, ",") {
		if address = strings.TrimSpace(address); address != "" {
			at.Addresses = append(at.Addresses, strings.TrimRight(address, "/"))
		}
	}
	if err := at.Check(); err != nil {
		return at, diag.Misuse(diag.Say("-opensearch: %s", err.Error()), diag.Say("write it like -opensearch https://search1.example.org:9200,https://search2.example.org:9200"))
	}
	if o.user == "" {
		return at, nil
	}
	data, err := os.ReadFile(o.user)
	if err != nil {
		return at, diag.WithHint(fmt.Errorf("-opensearch-user: %w", err), diag.Say("name a file with user:password on its first line"))
	}
	line, _, _ := strings.Cut(string(data), "\n")
	user, password, ok := strings.Cut(strings.TrimSpace(line), ":")
	if !ok {
		return at, diag.Misuse(diag.Say("-opensearch-user: %s has no user:password on its first line", o.user), diag.Text{})
	}
	at.User, at.Password = user, password
	return at, nil
}
