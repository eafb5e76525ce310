package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"whyfix/internal/diag"
)

const healthHelp = `usage: whyfix health [options]

Asks a running whyfix serve whether it is well: it must answer a real search.
Ends with 0 if it is, with 1 if not. For container images that hold nothing
else, and for scripts.

  -addr ADDR   where serve listens (default: 127.0.0.1:8080)

example:
  whyfix health -addr 127.0.0.1:9000
`

// healthTime is how long the answer may take.
const healthTime = 3 * time.Second

func runHealth(ctx context.Context, e *env, args []string) error {
	f := flags("health")
	addr := f.String("addr", "127.0.0.1:8080", "")
	if _, err := parse(f, args, 0, 0, ""); err != nil {
		return err
	}
	host := *addr
	if strings.HasPrefix(host, ":") { // as serve is told to listen everywhere
		host = "127.0.0.1" + host
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/healthz", nil)
	if err != nil {
		return diag.Misuse(fmt.Sprintf("-addr: %q is no address", *addr), "write host:port, such as 127.0.0.1:8080")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return diag.WithHint(fmt.Errorf("nobody answers at %s: %s", host, reason(err)), "is whyfix serve running there?")
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
	}
	e.say("%s is well", host)
	return nil
}
