package preview

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
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
	mu      sync.Mutex
	last    message
	changed chan struct{} // closed at the next message
	done    chan struct{}
	once    sync.Once
}

func newHub() *hub { return &hub{changed: make(chan struct{}), done: make(chan struct{})} }

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
		_, _ = w.Write(script)
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
