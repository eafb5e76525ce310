package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a condition may stay false. Nothing waits as long
// unless it is broken.
const patience = 30 * time.Second

// page is a reader's window on the site.
type page struct {
	t    *testing.T
	ctx  context.Context
	site *site

	mu       sync.Mutex
	console  []string          // what stands in the console
	asked    []string          // addresses of all requests
	expected func(string) bool // lines of the console that belong to the case
	endpoint string            // another site whose endpoint may be asked, too
	others   []string          // other sites whose requests the case itself looks at
}

// open opens a window, as wide as a desk's screen, and demands at the end that
// its console is empty and that it asked no other host.
func open(t *testing.T, s *site) *page {
	t.Helper()
	browser := need(t)
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &page{t: t, ctx: ctx, site: s}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, accessibility.Enable, cdp.Empty{})
	p.screen(1280, 900, false)
	p.media("screen", "light")
	t.Cleanup(p.mustBeClean)
	return p
}

// hear notes what the page says and asks.
func (p *page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, a := range e.Args {
			words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
		}
		p.console = append(p.console, string(e.Type)+": "+strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		p.console = append(p.console, "exception: "+thrown(e.ExceptionDetails))
	case *log.EventEntryAdded:
		p.console = append(p.console, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	}
}

// thrown says what a script has thrown.
func thrown(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

// expect names lines of the console that belong to the case: the browser
// itself notes each request that fails.
func (p *page) expect(line func(string) bool) { p.expected = line }

func (p *page) mustBeClean() {
	var done bool
	p.eval("true", &done) // what was said before has arrived with this
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.console {
		if p.expected == nil || !p.expected(line) {
			p.t.Errorf("the console has: %s", line)
		}
	}
	for _, address := range p.asked {
		if slices.ContainsFunc(p.others, func(site string) bool { return strings.HasPrefix(address, site+"/") }) {
			continue
		}
		if p.endpoint != "" && strings.HasPrefix(address, p.endpoint+"/api/") {
			continue
		}
		if !strings.HasPrefix(address, p.site.URL+"/") && !strings.HasPrefix(address, "data:") && address != "about:blank" {
			p.t.Errorf("the page asked %s", address)
		}
	}
}

// requests are the paths and queries asked so far that start with a prefix.
func (p *page) requests(prefix string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, address := range p.asked {
		if u, err := url.Parse(address); err == nil && strings.HasPrefix(u.Path, prefix) {
			out = append(out, u.RequestURI())
		}
	}
	return out
}

// call sends one command to the window; what goes wrong ends the test.
func call[P, R any](p *page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	r, err := try(p, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return r
}

func try[P, R any](p *page, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Call(ctx, command, params)
}

// goTo opens an address of the site and waits until it has loaded.
func (p *page) goTo(address string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(p.site.URL+address)); err != nil {
		p.t.Fatalf("%s: %v", address, err)
	}
}

// screen sets the size of the window, of a desk or of a phone.
func (p *page) screen(width, height int64, phone bool) {
	p.t.Helper()
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: phone})
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: phone})
}

// media sets what style sheets ask for: "screen" or "print", and "light" or
// "dark". Nothing moves, so that what is clicked stays where it was found.
func (p *page) media(kind, scheme string) {
	p.t.Helper()
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// eval reads a value from the page.
func (p *page) eval(expression string, value any) {
	p.t.Helper()
	if err := p.tryEval(expression, value); err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
}

func (p *page) tryEval(expression string, value any) error {
	r, err := try(p, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, AwaitPromise: new(true), ReturnByValue: new(true)})
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil:
		return errors.New(thrown(r.ExceptionDetails))
	case value == nil:
		return nil
	}
	return json.Unmarshal(r.Result.Value, value)
}

// text reads a string from the page.
func (p *page) text(expression string) string {
	p.t.Helper()
	var s string
	p.eval(expression, &s)
	return s
}

// until waits for a condition.
func (p *page) until(what string, condition func() bool) {
	p.t.Helper()
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			p.t.Fatalf("in %v: not %s; the page is %s and says:\n%.1500s", patience, what, p.text("location.href"), p.text("document.body.innerText"))
		}
	}
}

// untilTrue waits until an expression is true on the page, which may change to
// another one meanwhile.
func (p *page) untilTrue(what, expression string) {
	p.t.Helper()
	p.until(what, func() bool {
		var yes bool
		return p.tryEval("!!("+expression+")", &yes) == nil && yes
	})
}

// at waits until the page is loaded under an address, given as a path with the
// query decoded, such as /search/?q=花呗.
func (p *page) at(address string) {
	p.t.Helper()
	p.untilTrue("at "+address, "document.readyState === 'complete' && decodeURIComponent(location.pathname + location.search + location.hash).replaceAll('+', ' ') === "+quote(address))
}

func quote(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// element is something on the page as a screen reader has it.
type element struct {
	role, name string
	node       cdp.BackendNodeID
	properties map[string]string
}

// find lists what has a role and a name; a name that ends with * is the start
// of one, and an empty one is any.
func (p *page) find(role, name string) []element {
	p.t.Helper()
	out, err := p.tryFind(role, name)
	if err != nil {
		p.t.Fatalf("%s %q: %v", role, name, err)
	}
	return out
}

func (p *page) tryFind(role, name string) ([]element, error) {
	root, err := try(p, dom.GetDocument, dom.GetDocumentParams{Depth: new(int64(0))})
	if err != nil {
		return nil, err
	}
	return p.tryFindIn(element{node: root.Root.BackendNodeID}, role, name)
}

func (p *page) tryFindIn(part element, role, name string) ([]element, error) {
	tree, err := try(p, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{BackendNodeID: part.node, Role: role})
	if err != nil {
		return nil, err
	}
	var out []element
	start, open := strings.CutSuffix(name, "*")
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		e := element{role: role, node: n.BackendDOMNodeID, properties: map[string]string{}}
		if n.Name != nil {
			_ = json.Unmarshal(n.Name.Value, &e.name)
		}
		for _, q := range n.Properties {
			if q.Value != nil {
				e.properties[string(q.Name)] = strings.Trim(string(q.Value.Value), `"`)
			}
		}
		if name == "" || e.name == name || open && strings.HasPrefix(e.name, start) {
			out = append(out, e)
		}
	}
	return out, nil
}

// one waits until there is exactly one such element on the page.
func (p *page) one(role, name string) element {
	p.t.Helper()
	return p.wait(role, name, func() ([]element, error) { return p.tryFind(role, name) })
}

// oneIn does so within another element.
func (p *page) oneIn(part element, role, name string) element {
	p.t.Helper()
	return p.wait(role, name, func() ([]element, error) { return p.tryFindIn(part, role, name) })
}

func (p *page) wait(role, name string, find func() ([]element, error)) element {
	p.t.Helper()
	var found []element
	p.until(fmt.Sprintf("one %s %q", role, name), func() bool {
		var err error
		found, err = find()
		return err == nil && len(found) == 1
	})
	return found[0]
}

func names(list []element) []string {
	out := []string{}
	for _, e := range list {
		out = append(out, e.name)
	}
	return out
}

// click clicks on the middle of the one element with a role and a name.
func (p *page) click(role, name string) {
	p.t.Helper()
	p.clickOn(p.one(role, name))
}

func (p *page) clickOn(e element) {
	p.t.Helper()
	call(p, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: e.node})
	quads := call(p, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: e.node}).Quads
	if len(quads) == 0 {
		p.t.Fatalf("the %s %q cannot be clicked", e.role, e.name)
	}
	q := quads[0]
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)); err != nil {
		p.t.Fatal(err)
	}
}

// write puts text where the caret is, as a keyboard or an input method does
// when a word is finished.
func (p *page) write(text string) {
	p.t.Helper()
	call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// compose shows text that an input method has not finished.
func (p *page) compose(text string) {
	p.t.Helper()
	n := int64(len([]rune(text)))
	call(p, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: n, SelectionEnd: n})
}

// Keys that the tests press.
var keyCodes = map[string]int64{
	"Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, "Backspace": 8, "/": 191, "k": 75,
}

// Modifiers, as the protocol numbers them.
const (
	ctrl = 2
	meta = 4
)

// press presses a key, with modifiers.
func (p *page) press(key string, modifiers int64) {
	p.t.Helper()
	p.pressCode(key, keyCodes[key], modifiers)
}

// pressCode presses a key with a code of its own: a key that an input method
// takes has 229.
func (p *page) pressCode(key string, code, modifiers int64) {
	p.t.Helper()
	event := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: key, WindowsVirtualKeyCode: code, Modifiers: modifiers}
	call(p, input.DispatchKeyEvent, event)
	text := map[string]string{"Enter": "\r", "/": "/"}[key]
	if text != "" && modifiers == 0 && code != 229 {
		call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeChar, Key: key, Text: text})
	}
	event.Type = input.DispatchKeyEventTypeKeyUp
	call(p, input.DispatchKeyEvent, event)
}

// writeInstead replaces what stands in the field with the caret.
func (p *page) writeInstead(text string) {
	p.t.Helper()
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeRawKeyDown, Key: "a", WindowsVirtualKeyCode: 65, Modifiers: ctrl, Commands: []string{"selectAll"},
	})
	p.write(text)
}

// findPages reads every page of a site, by file.
func findPages(www fs.FS) (map[string]string, error) {
	out := map[string]string{}
	err := fs.WalkDir(www, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		data, err := fs.ReadFile(www, name)
		out[name] = string(data)
		return err
	})
	return out, err
}
