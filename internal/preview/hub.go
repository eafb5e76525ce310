package preview

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"whyfix/internal/diag"
)

//go:embed preview.js
var script []byte

//go:embed preview.css
var style []byte

// message is what open pages are told after each build.
type message struct {
	Run      string    `json:"run"`
	Build    int       `json:"build"`
	Good     bool      `json:"good"`
	Problems []problem `json:"problems"`
}

// problem is a diagnostic for the overlay.
type problem struct {
	Place    string `json:"place"` // file:line:col
	Line     int    `json:"line"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
	Source   string `json:"source"`
}

// hub tells open pages what happened, as server-sent events.
type hub struct {
	script  []byte // in the language of whoever writes
	mu      sync.Mutex
	last    message
	changed chan struct{} // closed at the next message
	done    chan struct{}
	once    sync.Once
}

func newHub(l diag.Language) *hub {
	words, _ := json.Marshal(wordsIn(l)) // texts alone
	return &hub{script: bytes.Replace(script, []byte("/* words */"), words, 1), changed: make(chan struct{}), done: make(chan struct{})}
}

// words are those of the script. Where a number counts, {n} stands for it, and
// the first text is for one thing.
type words struct {
	Language   string    `json:"language"`
	Errors     [2]string `json:"errors"`
	LastGood   string    `json:"lastGood"`
	NoPage     string    `json:"noPage"`
	Hide       string    `json:"hide"`
	Problems   [2]string `json:"problems"`
	NoProblems string    `json:"noProblems"`
	Symptoms   [2]string `json:"symptoms"` // {kept} of {n}
	First      string    `json:"first"`
	Nothing    string    `json:"nothing"`
	Comma      string    `json:"comma"`
}

func wordsIn(l diag.Language) words {
	w := words{
		Language: "en", Comma: ", ",
		Errors:     [2]string{diag.Say("{n} error").In(l), diag.Say("{n} errors").In(l)},
		LastGood:   diag.Say("The page below is the last good one.").In(l),
		NoPage:     diag.Say("There is no good page yet.").In(l),
		Hide:       diag.Say("Hide").In(l),
		Problems:   [2]string{diag.Say("{n} problem").In(l), diag.Say("{n} problems").In(l)},
		NoProblems: diag.Say("no problems").In(l),
		Symptoms:   [2]string{diag.Say("{kept} of {n} symptom finds it").In(l), diag.Say("{kept} of {n} symptoms find it").In(l)},
		First:      diag.Say("readers see first: %s", "{titles}").In(l),
		Nothing:    diag.Say("nothing is found").In(l),
	}
	if l == diag.Chinese {
		w.Language, w.Comma = "zh-CN", "、"
	}
	return w
}

func (h *hub) tell(m message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = m
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *hub) close() { h.once.Do(func() { close(h.done) }) }

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	switch r.URL.Path {
	case "/_whyfix/preview.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(h.script)
	case "/_whyfix/preview.css":
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(style)
	case "/_whyfix/events":
		h.events(w, r)
	default:
		http.NotFound(w, r)
	}
}

// aliveEvery keeps connections open through proxies, and finds dead ones.
const aliveEvery = 15 * time.Second

// events sends the last message at once and then each new one.
func (h *hub) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	alive := time.NewTicker(aliveEvery)
	defer alive.Stop()
	send := true
	for {
		h.mu.Lock()
		m, changed := h.last, h.changed
		h.mu.Unlock()
		// The server's write limit is for answers that end.
		_ = control.SetWriteDeadline(time.Now().Add(2 * aliveEvery))
		if send {
			data, err := json.Marshal(m)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil {
				return
			}
		} else if _, err := fmt.Fprint(w, ": alive\n\n"); err != nil {
			return
		}
		if control.Flush() != nil {
			return
		}
		select {
		case <-changed:
			send = true
		case <-alive.C:
			send = false
		case <-r.Context().Done():
			return
		case <-h.done:
			return
		}
	}
}
