// Package cluster is the engine over OpenSearch: articles in an index of a
// cluster, which any number of processes ask.
//
// In: Documents, which a Writer cuts into terms as every index does and sends;
// where the cluster is. Out: an Index, which is an engine.Engine, and a small
// record in the release's folder of what is known of all articles together.
//
// The cluster cuts nothing and weighs nothing by itself: it is sent terms with
// what they count, and adds up. So its answers are those of package local.
package cluster

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/opensearch-project/opensearch-go/v4"
)

// Options say where a cluster is, and who asks.
type Options struct {
	Addresses      []string // "https://search1.example.org:9200"; any node will do
	User, Password string
	CA             string // a file of certificates that are trusted; empty: the system's
	Cert, Key      string // files of the certificate by which the cluster knows this program
}

// Cluster is a connection to one. It is safe for concurrent use.
type Cluster struct {
	quick   *opensearch.Client // for readers, who wait
	patient *opensearch.Client // for builds, who wait for as long as it takes
	circuit circuit
	asked   func(took time.Duration, err error) // told of every request; may be nil
}

// How long is waited for an answer. One attempt takes less than a reader waits,
// so that another node can be asked.
const (
	attemptTime = 700 * time.Millisecond
	patientTime = time.Minute
	attempts    = 3
	dialTime    = 500 * time.Millisecond
	mostIdle    = 64 // connections to a node that wait for use
)

// Connect makes a Cluster; it asks nothing yet.
func Connect(o Options) (*Cluster, error) {
	if len(o.Addresses) == 0 {
		return nil, errors.New("search: no address of an OpenSearch cluster is known: say it with -opensearch URL[,URL]")
	}
	if err := o.Check(); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	secure, err := o.tls()
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	attempt := attemptTime
	if len(o.Addresses) == 1 { // to ask a node again that is too busy makes it worse
		attempt = patientTime
	}
	if c.quick, err = o.client(secure, attempt); err == nil {
		c.patient, err = o.client(secure, patientTime)
	}
	if err != nil {
		return nil, fmt.Errorf("search: OpenSearch: %w", err)
	}
	return c, nil
}

// The oldest version of OpenSearch that will do: in older ones terms cannot say
// what they count.
const (
	oldestMajor = 2
	oldestMinor = 19
)

// connectToWrite connects to a cluster that an index can be written to: what is
// wrong with it is said before anything is done.
func connectToWrite(ctx context.Context, o Options) (*Cluster, error) {
	c, err := Connect(o)
	if err != nil {
		return nil, err
	}
	if err := c.fit(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// fit looks whether it is OpenSearch, and not too old.
func (c *Cluster) fit(ctx context.Context) error {
	var said struct {
		Version struct{ Distribution, Number string }
	}
	err := c.do(ctx, http.MethodGet, "/", nil, &said)
	var f *Failure
	if errors.As(err, &f) && f.Status == http.StatusForbidden && f.Type != "" { // that may not be asked: then the index will tell
		return nil
	}
	if err != nil {
		return err
	}
	v := said.Version
	var major, minor int
	_, _ = fmt.Sscanf(v.Number, "%d.%d", &major, &minor)
	switch {
	case v.Number == "":
		return fmt.Errorf("search: %w: it tells no version", errOther)
	case v.Distribution != "opensearch":
		return fmt.Errorf("search: %w: it calls itself %s %s, and OpenSearch %d.%d or newer is needed", errOther, cmp.Or(v.Distribution, "Elasticsearch"), v.Number, oldestMajor, oldestMinor)
	case major < oldestMajor || major == oldestMajor && minor < oldestMinor:
		return fmt.Errorf("search: this OpenSearch is too old: it is %s, and %d.%d or newer is needed", v.Number, oldestMajor, oldestMinor)
	}
	return nil
}

func (o Options) client(secure *tls.Config, attempt time.Duration) (*opensearch.Client, error) {
	off := false
	return opensearch.NewClient(opensearch.Config{
		Addresses: o.Addresses, Username: o.User, Password: o.Password,
		MaxRetries: attempts - 1, EnableRetryOnTimeout: true, RequestTimeout: attempt, RetryOnStatus: []int{502, 503, 504},
		DiscoverNodesOnStart: &off, MaxRetryClusterHealth: -1, // who serves may only be allowed to read
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: dialTime}).DialContext, TLSHandshakeTimeout: 2 * dialTime, TLSClientConfig: secure,
			MaxIdleConnsPerHost: mostIdle, IdleConnTimeout: time.Minute, DisableCompression: true,
		},
	})
}

// Check says what is wrong with the addresses.
func (o Options) Check() error {
	for _, address := range o.Addresses {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%q is no address of an OpenSearch cluster", address)
		}
		if u.User != nil {
			return fmt.Errorf("the address of %s has a user in it; credentials come from a file or the environment, where no list of processes shows them", u.Host)
		}
	}
	return nil
}

func (o Options) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		data, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("search: the certificates that are trusted: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("search: %s has no certificate: it has to be a PEM file", o.CA)
		}
	}
	switch {
	case o.Cert != "" && o.Key != "":
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, fmt.Errorf("search: the certificate for the cluster: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	case o.Cert != "" || o.Key != "":
		return nil, errors.New("search: a certificate for the cluster needs its key, and a key its certificate")
	}
	return config, nil
}

// Close gives the connections back.
func (c *Cluster) Close() error { return errors.Join(c.quick.Close(), c.patient.Close()) }

// Failure is what a cluster said was wrong.
type Failure struct {
	Status       int
	Type, Reason string
}

func (f *Failure) Error() string {
	switch {
	case f.Status == http.StatusUnauthorized:
		return "the OpenSearch cluster does not know this user, or not this password (401): say them with -opensearch-user FILE, or OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD"
	case f.Status == http.StatusForbidden && !f.blocked():
		return "the user may not do this in the OpenSearch cluster (403): " + f.Reason
	case f.Type == "index_not_found_exception":
		return "the index is not in the OpenSearch cluster any more: somebody has deleted it. Build the site again, or go back to a release whose index is there: " + f.Reason
	case f.Type == "index_closed_exception":
		return "the index is closed in the OpenSearch cluster: open it again, or build the site again: " + f.Reason
	case f.full():
		return "a disk of the OpenSearch cluster is full, so it takes nothing more: make room, and try again: " + f.Reason
	case f.Type == "unavailable_shards_exception":
		return "the index finds no place in the OpenSearch cluster: too few nodes are up, or their disks are full; GET /_cluster/allocation/explain tells which: " + f.Reason
	case f.Type == "" && f.Status < 500 && f.Status != http.StatusTooManyRequests:
		return fmt.Sprintf("what answers is no OpenSearch cluster (%d): %s", f.Status, f.Reason)
	}
	return fmt.Sprintf("the OpenSearch cluster says %d: %s: %s", f.Status, f.Type, f.Reason)
}

// blocked reports whether it fails because somebody, or the cluster itself, has
// forbidden it for now.
func (f *Failure) blocked() bool {
	return f.Type == "cluster_block_exception" || f.Type == "index_create_block_exception"
}

// full reports whether a disk is full: that may pass, but not while somebody
// waits for it. When all disks are, no index may be created until about a minute
// after there is room again.
func (f *Failure) full() bool {
	return f.blocked() && (strings.Contains(f.Reason, "flood-stage") || strings.Contains(f.Reason, "create-index"))
}

// lastingly says in a few words what is wrong until somebody mends it; "":
// nothing, or what may pass.
func lastingly(err error) string {
	var f *Failure
	switch {
	case errors.As(err, &f):
	case errors.Is(err, errOther):
		return "what answers is no OpenSearch cluster"
	case distrust(err) != "":
		return "its cluster is not to be trusted, or does not trust this process"
	default:
		return ""
	}
	switch {
	case f.Type == "index_not_found_exception":
		return "its index was deleted"
	case f.Type == "index_closed_exception":
		return "its index is closed"
	case f.Status == http.StatusUnauthorized, f.Status == http.StatusForbidden && !f.blocked():
		return "its cluster does not let this process ask"
	case f.Type == "" && !busy(err):
		return "what answers is no OpenSearch cluster"
	}
	return ""
}

// distrust says what to do where two do not find each other by their
// certificates; "": that is not it.
func distrust(err error) string {
	var wrong *tls.CertificateVerificationError
	var name x509.HostnameError
	var plain tls.RecordHeaderError
	text := ""
	if err != nil {
		text = err.Error()
	}
	switch {
	case errors.As(err, &name):
		return "its certificate is of another host: write the address as the certificate has it"
	case errors.As(err, &wrong):
		return "its certificate is of nobody who is trusted here: name the authority that signed it with -opensearch-ca FILE"
	case strings.Contains(text, "remote error: tls: ") && strings.Contains(text, "certificate"): // the type of what a server says to that is crypto/tls's own
		return "it wants a certificate that it knows: -opensearch-cert FILE and -opensearch-key FILE"
	case errors.As(err, &plain), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return "it speaks no TLS: write its address with http://"
	}
	return ""
}

// query is a part of a request, as JSON has it.
type query = map[string]any

// do asks the cluster, and reads its answer into out unless that is nil.
func (c *Cluster) do(ctx context.Context, method, path string, body []byte, out any) error {
	if err := c.circuit.enter(); err != nil {
		return err
	}
	start := time.Now()
	err := c.send(ctx, method, path, body, out)
	err = c.circuit.leave(ctx, err)
	if c.asked != nil {
		c.asked(time.Since(start), err)
	}
	return err
}

func (c *Cluster) send(ctx context.Context, method, path string, body []byte, out any) error {
	for try := 1; ; try++ {
		err := c.sendOnce(ctx, method, path, body, out)
		list, several := out.(*answers)
		// As when a node dies: others have what it had.
		// One that is slow may have used an attempt, and dead ones the others.
		_, waits := ctx.Deadline()
		passing := errors.Is(err, errBroken) || errors.Is(err, errSilent) && waits || several && (err != nil && busy(err) && len(list.Responses) > 0 || err == nil && list.half())
		if !passing || try == attempts || !hasTime(ctx) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(try) * firstPause):
		}
	}
}

// firstPause is what a cluster is given to find out that a node has died.
const firstPause = 30 * time.Millisecond

// hasTime reports whether there is time for one more attempt.
func hasTime(ctx context.Context) bool {
	deadline, waits := ctx.Deadline()
	return ctx.Err() == nil && (!waits || time.Until(deadline) > attemptTime/2)
}

func (c *Cluster) sendOnce(ctx context.Context, method, path string, body []byte, out any) error {
	var from io.Reader
	if body != nil {
		from = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, path, from)
	if err != nil {
		return fmt.Errorf("search: OpenSearch: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json") // x-ndjson where it has lines is not asked for
	}
	data, status, err := c.exchange(req)
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("search: %w", failure(status, data))
	}
	if out == nil {
		return nil
	}
	list, several := out.(*answers)
	if several {
		list.Responses = nil // of the attempt before
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("search: %w: %w", errOther, err)
	}
	if several {
		return list.failed()
	}
	return nil
}

// errOther says that an answer is not one of OpenSearch.
var errOther = errors.New("what answers is no OpenSearch cluster")

// What goes wrong on the way: nobody answers; an answer ends before its end.
var (
	errSilent = errors.New("search: the OpenSearch cluster does not answer")
	errBroken = errors.New("search: the OpenSearch cluster broke off")
)

// exchange sends a request, to another node if one does not answer.
func (c *Cluster) exchange(req *http.Request) (data []byte, status int, err error) {
	if req.GetBody != nil {
		if req.Body, err = req.GetBody(); err != nil {
			return nil, 0, fmt.Errorf("search: OpenSearch: %w", err)
		}
	}
	client := c.patient
	if _, waits := req.Context().Deadline(); waits {
		client = c.quick
	}
	res, err := client.Stream(req)
	if res == nil {
		if what := distrust(err); what != "" {
			return nil, 0, fmt.Errorf("search: the OpenSearch cluster cannot be asked: %s: %w", what, err)
		}
		return nil, 0, fmt.Errorf("%w: %w", errSilent, err)
	}
	defer res.Body.Close()
	if data, err = io.ReadAll(res.Body); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", errBroken, err)
	}
	return data, res.StatusCode, nil
}

// failed is how a cluster says that something is wrong.
type failed struct {
	Type   string   `json:"type"`
	Reason string   `json:"reason"`
	Root   []failed `json:"root_cause"`
}

func failure(status int, data []byte) *Failure {
	var said struct{ Error json.RawMessage }
	f := &Failure{Status: status, Reason: strings.TrimSpace(string(data[:min(len(data), 200)]))}
	if json.Unmarshal(data, &said) != nil {
		return f
	}
	return f.read(said.Error)
}

// read takes what is said: an object, or only a text.
func (f *Failure) read(data json.RawMessage) *Failure {
	var e failed
	if json.Unmarshal(data, &e) == nil && e.Type != "" {
		if len(e.Root) > 0 {
			e = e.Root[0]
		}
		f.Type, f.Reason = e.Type, e.Reason
	}
	return f
}

// busy reports whether something may be better in a moment.
func busy(err error) bool {
	var f *Failure
	if !errors.As(err, &f) {
		return err != nil // nobody answered
	}
	return (f.Status == http.StatusTooManyRequests || f.Status >= 500) && !f.full()
}

// isLost reports whether there is no such index, or none that can be asked.
func isLost(err error) bool {
	var f *Failure
	return errors.As(err, &f) && (f.Type == "index_not_found_exception" || f.Type == "index_closed_exception")
}

// marshal is for what cannot fail: numbers, texts and lists of them.
func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
