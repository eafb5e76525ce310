package listen

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A process whose disk does not answer ends all the same; one that has ended is
// not ended again.
func TestEndsBy(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			exited := time.Time{}
			stop := EndsBy(ctx, func() { exited = time.Now() })
			defer stop()
			time.Sleep(time.Hour)
			if !exited.IsZero() {
				t.Fatal("it was ended while it served")
			}
			told := time.Now()
			cancel()
			if ends {
				time.AfterFunc(drainTime, stop)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
			if ends != exited.IsZero() || !ends && exited.Sub(told) != lastResort {
				t.Errorf("ends %v: it was ended after %v", ends, exited.Sub(told))
			}
		})
	}
}

// at is a listener at an address.
type at struct {
	net.Listener
	address string
}

func (a at) Addr() net.Addr {
	r, err := net.ResolveTCPAddr("tcp", a.address)
	if err != nil {
		panic(err)
	}
	return r
}

// Which hosts a request may name. A name that a website lets lead here is none.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		listens, asked string
		yes, no        []string
	}{
		{
			"127.0.0.1:8080", "127.0.0.1:8080",
			[]string{"127.0.0.1:8080", "127.0.0.1", "localhost:8080", "LOCALHOST", "localhost.:8080", "[::1]:8080", "[::1]", "127.0.0.2:1", "localhost:9000"},
			[]string{"evil.example:8080", "evil.example", "", "127.0.0.1.evil.example", "localhost.evil.example:8080", "192.168.1.5:8080", "0.0.0.0:8080", "[::]:8080", "127.0.0.1@evil.example", "2130706433.evil.example"},
		},
		{"[::1]:8080", "[::1]:8080", []string{"[::1]:8080", "localhost:8080", "127.0.0.1:8080"}, []string{"evil.example:8080", "[2001:db8::1]:8080"}},
		{"127.0.0.1:8080", "desk.test:8080", []string{"desk.test:8080", "Desk.Test", "localhost:8080"}, []string{"evil.example:8080"}},
		{"192.168.1.5:8080", "192.168.1.5:8080", []string{"192.168.1.5:8080", "localhost:8080"}, []string{"evil.example:8080"}},
		{"192.168.1.5:8080", "desk.lan:8080", []string{"desk.lan:8080", "192.168.1.5:8080"}, []string{"evil.example:8080", "lan:8080"}},
		{"[::]:8080", ":8080", []string{"192.168.1.5:8080", "[2001:db8::1]:8080", "localhost:8080"}, []string{"evil.example:8080", ""}},
	} {
		n := NamesOf(at{address: tt.listens}, tt.asked)
		h := n.Only("-addr", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		for want, hosts := range map[int][]string{http.StatusOK: tt.yes, http.StatusMisdirectedRequest: tt.no} {
			for _, host := range hosts {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
				r.Host = host
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != want {
					t.Errorf("%s, asked for as %s: host %q has status %d, want %d", tt.listens, tt.asked, host, w.Code, want)
				}
				if want != http.StatusOK && !strings.Contains(w.Body.String(), "-addr NAME:PORT") {
					t.Errorf("host %q is not told what to do: %s", host, w.Body)
				}
			}
		}
	}
}
