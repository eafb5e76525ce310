package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// What the tests share, set before the first of them: a folder for the site's
// release and the browser's profile, and the browser. Each test has a window
// of its own in it, which knows nothing of the others.
var (
	scratch   string
	browser   context.Context
	noBrowser error // why there is no browser
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "whyfix-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	browser, noBrowser = start()
	code := m.Run()
	if browser != nil {
		_ = chromedp.Cancel(browser)
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// browsers are the names under which a Chromium may be installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

var errNotFound = errors.New("no browser: the tests of the pages need Chromium (Debian: apt-get install chromium fonts-noto-cjk)")

// start starts the browser.
func start() (context.Context, error) {
	program := ""
	for _, name := range browsers {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		return nil, errNotFound
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(scratch+"/profile"),
		chromedp.NoSandbox, // a container's root has none
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("disable-quic", true),
		// Whatever a page asks of another host fails, and shows.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("lang", "zh-CN"),
	)
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...)
	quiet := func(string, ...any) {} // the browser may be newer than what the protocol's package knows
	ctx, _ := chromedp.NewContext(allocator, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", program, err)
	}
	return ctx, nil
}

// need gives the browser, or skips the test. In CI there must be one.
func need(t *testing.T) context.Context {
	t.Helper()
	if errors.Is(noBrowser, errNotFound) && os.Getenv("CI") == "" {
		t.Skip(noBrowser)
	}
	if noBrowser != nil {
		t.Fatal(noBrowser)
	}
	return browser
}

// needAxe reads the accessibility checker that the tests run inside a page.
func needAxe(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../tools/node_modules/axe-core/axe.min.js")
	if err != nil {
		problem := "no axe-core: the tests of accessibility need it (npm ci --prefix tools)"
		if os.Getenv("CI") != "" {
			t.Fatal(problem)
		}
		t.Skip(problem)
	}
	return strings.TrimSpace(string(data))
}
