package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestManifestText(t *testing.T) {
	m := &Manifest{
		Schema: Schema, ID: "20260102T150405-8f3a01bc", Time: noon, Generator: "whyfix 0.1.0", Base: "/",
		Counts: Counts{Articles: 1, Pages: 2, Files: 3, Bytes: 4}, Template: "ab",
		Search: &SearchInfo{Schema: 5, Documents: 6, Digest: "d"},
		URLs:   map[string]string{"/": "00", "/a/": "11"},
	}
	const want = `{
 "digest": "DIGEST",
 "schema": 2,
 "id": "20260102T150405-8f3a01bc",
 "time": "2026-01-02T12:00:00Z",
 "generator": "whyfix 0.1.0",
 "base": "/",
 "counts": {
  "articles": 1,
  "pages": 2,
  "files": 3,
  "bytes": 4
 },
 "search": {
  "schema": 5,
  "documents": 6,
  "digest": "d"
 },
 "template": "ab",
 "urls": {
  "/": "00",
  "/a/": "11"
 }
}
`
	data, err := encodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`"digest": "[0-9a-f]{32}"`).ReplaceAllString(string(data), `"digest": "DIGEST"`)
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	got, err := decodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

// signed is a manifest with the digest that its text has.
func signed(text string) string {
	rest := manifestHead + strings.TrimPrefix(text, "{")
	return digestHead + Sum([]byte(rest)) + digestTail + rest[len(manifestHead):]
}

// manifests are the cases of the next test and the corpus of the fuzz target.
var manifests = []struct {
	name, text string
	want       error  // what errors.Is must find
	text2      string // a part of the error's text, "" if there is none
}{
	{"smallest", signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z"}`), nil, ""},
	{"another zone", signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00+08:00"}`), nil, ""},
	{"a null list", signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z","urls":null,"origins":[]}`), nil, ""},
	{"no digest", `{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z"}`, ErrDamaged, "does not fit its own digest"},
	{"an unknown key", signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z","x":[{}]}`), ErrDamaged, "unknown field"},
	{"more behind it", signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z"}{}`), ErrDamaged, ""},
	{"another schema", `{"schema":7,"id":"20260102T150405-8f3a01bc"}`, ErrSchema, "schema 7, this program reads 2"},
	{"another schema, other types", signed(`{"schema":7,"urls":["/"]}`), ErrSchema, "schema 7"},
	{"no schema", `{}`, ErrSchema, "schema 0"},
	{"null", `null`, ErrSchema, "schema 0"},
	{"a wrong type", signed(`{"schema":2,"urls":["/"]}`), ErrDamaged, ""},
	{"an id that leads out", signed(`{"schema":2,"id":"../x","time":"2026-01-02T12:00:00Z"}`), ErrDamaged, ""},
	{"a year before all years", signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"0000-01-01T00:00:00+23:00"}`), ErrDamaged, ""},
	{"cut short", `{"schema":2,"id":"2026`, ErrDamaged, "unexpected end"},
	{"empty", ``, ErrDamaged, "unexpected end"},
}

func TestDecodeManifest(t *testing.T) {
	for _, tt := range manifests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := decodeManifest([]byte(tt.text))
			if tt.want == nil {
				if err != nil || m.Time.Location() != time.UTC {
					t.Fatalf("got %v, %v, want a time in UTC", m, err)
				}
				return
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text2) {
				t.Errorf("got %v, want %v, %q", err, tt.want, tt.text2)
			}
		})
	}
}

// No damage to a manifest is taken for another manifest: not a byte, not a key,
// not a value, neither a part that is gone nor one that is there twice.
func TestDamagedManifest(t *testing.T) {
	m := manifestOf(siteB)
	m.Schema, m.ID, m.Time, m.NextChange = Schema, "20260102T150405-8f3a01bc", noon, noon.AddDate(0, 1, 0)
	m.Endpoint, m.Template, m.Copies = "https://search.example.org", Sum(nil), Sum(nil)
	m.Index, m.Variants = map[string]string{"texts": Sum(nil)}, map[string]string{".gz": "gz7"}
	m.URLs = map[string]string{"/": Sum(nil), "/pay/x/": Sum(nil)}
	data, err := encodeManifest(&m)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what string, damaged []byte) {
		t.Helper()
		if bytes.Equal(damaged, data) {
			return
		}
		tried++
		if _, err := decodeManifest(damaged); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrSchema) {
			t.Errorf("%s: got %v", what, err)
		}
		if _, _, err := openManifest(bytes.NewReader(damaged), int64(len(damaged))); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrSchema) {
			t.Errorf("%s: opened: %v", what, err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i, c := range data {
		for name, to := range map[string]byte{"a bit": c ^ 1<<r.IntN(8), "the case": c ^ 0x20, "a digit": '0' + byte(r.IntN(10)), "a space": ' '} {
			damaged := bytes.Clone(data)
			damaged[i] = to
			try(fmt.Sprintf("%s of byte %d", name, i), damaged)
		}
		try(fmt.Sprintf("no byte %d", i), slices.Delete(bytes.Clone(data), i, i+1))
		try(fmt.Sprintf("byte %d twice", i), slices.Insert(bytes.Clone(data), i, c))
		try(fmt.Sprintf("cut at %d", i), data[:i])
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i := range lines {
		try(fmt.Sprintf("no line %d", i), bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil))
		try(fmt.Sprintf("line %d twice", i), bytes.Join(slices.Insert(slices.Clone(lines), i, lines[i]), nil))
		if i > 0 {
			swapped := slices.Clone(lines)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			try(fmt.Sprintf("lines %d swapped", i), bytes.Join(swapped, nil))
		}
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		t.Fatal(err)
	}
	for key := range keys {
		for name, value := range map[string]string{"another name": "", "null": "null", "a list": "[]", "a text": `"x"`, "a number": "1", "nothing": "{}"} {
			damaged := maps.Clone(keys)
			if delete(damaged, key); value == "" {
				damaged[strings.ToUpper(key)] = keys[key]
			} else {
				damaged[key] = json.RawMessage(value)
			}
			text, err := json.MarshalIndent(damaged, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			try(key+": "+name, append(text, '\n'))
		}
	}
	try("behind it", append(bytes.Clone(data), '\n'))
	if tried < 1000 {
		t.Errorf("only %d damages were tried", tried)
	}
}

// A manifest is written as the library would write it, and each of its addresses
// is found where it stands, as long as nobody has written into it.
func TestAddresses(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	m := manifestOf(siteB)
	m.Schema, m.ID, m.Time = Schema, "20260102T150405-8f3a01bc", noon
	m.Redirects = map[string]string{"/old/": strings.Repeat("/very/long/", 20_000)} // longer than what is read at a time
	for _, n := range []int{0, 1, 40, 3000} {
		m.URLs = map[string]string{}
		for i := range n {
			address := fmt.Sprintf("/p%03d/a%06d/", i/100, i)
			switch r.IntN(6) {
			case 0:
				address = fmt.Sprintf("/支付/退款 %d & <b>\"x\"\\u2028/", r.IntN(1e9))
			case 1:
				address = fmt.Sprintf("/assets/%d.css", i)
			case 2:
				address = fmt.Sprintf("/files/%d.csv.gz", i)
			}
			m.URLs[address] = Sum([]byte(address))
		}
		data, err := encodeManifest(&m)
		if err != nil {
			t.Fatal(err)
		}
		library, err := json.MarshalIndent(&m, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if rest, whole := cutDigest(data); !whole || string(rest) != string(library)+"\n" {
			t.Fatalf("%d addresses: the library writes something else", n)
		}
		file := bytes.Clone(data)
		head, a, err := openManifest(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if n == 3000 && (len(a.parts) < 10 || len(a.parts) > 200) {
			t.Errorf("%d addresses are in %d parts", n, len(a.parts))
		}
		without := m
		without.URLs = nil
		if diff := cmp.Diff(&without, head); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		all, err := a.All()
		if diff := cmp.Diff(m.URLs, all); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		for address, want := range m.URLs {
			if got, sure := a.Hash(address); got != want || !sure {
				t.Errorf("%q: got %q, %t, want %q", address, got, sure, want)
			}
			if got := a.Copy(address); strings.HasSuffix(address, ".gz") && got != want {
				t.Errorf("%q: got the copy %q, want %q", address, got, want)
			}
			for _, other := range []string{address[1:], address + "/", address + "index.html", address[:len(address)-1], "\xff" + address} {
				if got, sure := a.Hash(other); got != m.URLs[other] || !sure {
					t.Errorf("%q: got %q, %t", other, got, sure)
				}
			}
		}
		for _, other := range []string{"", "/", "~", "\"", "urls"} {
			if got, sure := a.Hash(other); got != m.URLs[other] || !sure {
				t.Errorf("%q: got %q, %t", other, got, sure)
			}
		}
		below := 0
		if err := a.Below("/assets/", func(address, _ string) bool {
			below++
			return strings.HasPrefix(address, "/assets/")
		}); err != nil {
			t.Error(err)
		}
		for address := range m.URLs {
			if strings.HasPrefix(address, "/assets/") {
				below--
			}
		}
		if below != 0 {
			t.Errorf("%d addresses too many below /assets/", below)
		}
		if n < 40 {
			continue
		}
		// Somebody writes into the file that is open: the hash of a page that is not.
		address := slices.Sorted(maps.Keys(m.URLs))[n/2]
		at := bytes.Index(file, addressLine(address)) + len(addressLine(address))
		file[at] ^= 1
		if got, sure := a.Hash(address); sure {
			t.Errorf("a hash that was written later, %q, is taken for the release's", got)
		}
		if _, err := a.All(); !errors.Is(err, ErrDamaged) {
			t.Errorf("the error is %v", err)
		}
		file[at] ^= 1
		if got, sure := a.Hash(address); got != m.URLs[address] || !sure {
			t.Errorf("got %q, %t", got, sure)
		}
	}
}

// The next build after one of the version before still knows which addresses
// were published, but takes nothing over.
func TestOldManifest(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	const old = `{"schema": 1, "id": "%s", "time": "2026-01-02T15:04:05Z", "generator": "whyfix", "base": "/", "counts": {}, "template": "", "vanished": {"/lost/": {}}, "urls": {"/": "x"}}`
	writeOS(t, filepath.Join(first.Dir, manifestName), fmt.Sprintf(old, first.ID))
	if _, err := Open(dir); !errors.Is(err, ErrSchema) {
		t.Errorf("it is opened: %v", err)
	}
	w := begin(t, dir)
	if m := w.Previous(); m == nil || m.URLs["/"] != "x" || len(m.Vanished) != 1 || m.Redirects != nil || m.Gone != nil {
		t.Errorf("got %+v", m)
	}
	if w.live != nil || w.LastSearch() != "" {
		t.Error("something is taken over")
	}
}

// A manifest that can be read is written as one that reads the same.
func FuzzManifest(f *testing.F) {
	for _, tt := range manifests {
		f.Add([]byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readManifest(data)
		if err != nil {
			return
		}
		m.Schema = Schema
		text, err := encodeManifest(m)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		again, err := decodeManifest(text)
		if err != nil {
			t.Fatalf("decode again: %v", err)
		}
		if len(m.Origins) == 0 {
			m.Origins = nil // "[]" and nothing are the same list
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
	})
}

func TestCopies(t *testing.T) {
	sums := map[string]string{"www/a.css.gz": strings.Repeat("0", 64), "www/a b.css.br": strings.Repeat("1", 64), "www/a\nb.gz": strings.Repeat("2", 64)}
	text := encodeCopies(sums)
	if diff := cmp.Diff(sums, decodeCopies(string(text))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := strings.Repeat("2", 64)
	if !strings.HasPrefix(string(text), `\`+want+`  www/a\nb.gz`) {
		t.Errorf("got %s", text)
	}
}

func TestMaps(t *testing.T) {
	for _, tt := range []struct {
		name        string
		m           Manifest
		moved, gone string
	}{
		{"nothing", Manifest{Base: "/"}, "", ""},
		{
			"decoded keys, encoded targets",
			Manifest{Base: "/", Redirects: map[string]string{"/旧 址/": "/%E6%96%B0/"}, Gone: []string{"/撤/"}},
			"\"/旧 址/\" \"/%E6%96%B0/$is_args$args\";\n", "\"/撤/\" 1;\n",
		},
		{
			"below a path",
			Manifest{Base: "/help/", Redirects: map[string]string{"/old/": "/help/new/"}, Gone: []string{"/x/"}},
			"\"/help/old/\" \"/help/new/$is_args$args\";\n", "\"/help/x/\" 1;\n",
		},
		{
			"signs of nginx",
			Manifest{Base: "/", Redirects: map[string]string{`/a"b\c;{$d/`: "https://example.org/$x/?y=$z"}},
			`"/a\"b\\c;{$d/" "https://example.org/%24x/?y=%24z";` + "\n", "",
		},
		{"private", Manifest{Base: "/", Private: true, Redirects: map[string]string{"/old/": "/new/"}, Gone: []string{"/x/"}}, "", ""},
		{
			"an anchor",
			Manifest{Base: "/", Redirects: map[string]string{"/b/": "/c/#d", "/a/": "/b/?c#d"}},
			"\"/a/\" \"/b/?c#d\";\n\"/b/\" \"/c/$is_args$args#d\";\n", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := tt.m.policy()
			want := map[string][]byte{
				movedName: []byte(tt.moved), goneName: []byte(tt.gone),
				policyName: []byte("default \"" + policy + "\";\n"), caddyName: []byte("Content-Security-Policy \"" + policy + "\"\n"),
			}
			got := mapsOf(&tt.m)
			for name := range want {
				if diff := cmp.Diff(string(want[name]), string(got[name])); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %d files, want %d", len(got), len(want))
			}
		})
	}
}

func TestPagePolicy(t *testing.T) {
	for _, tt := range []struct {
		endpoint string
		frames   []string
		allow    Allow
		want     string
	}{
		{want: "default-src 'self'; connect-src 'self'; img-src 'self' data: https:; media-src 'self' https:; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"},
		{
			"https://search.example.org",
			[]string{"https://films.example.org"},
			Allow{Scripts: []string{"https://stats.example.org"}, Connections: []string{"https://a.example.org", "https://b.example.org"}, Images: []string{"https://*.example.net"}, Media: []string{}},
			"default-src 'self'; script-src 'self' https://stats.example.org; connect-src 'self' https://search.example.org https://a.example.org https://b.example.org; img-src 'self' data: https://*.example.net; media-src 'self'; frame-src 'self' https://films.example.org; object-src 'none'; base-uri 'self'; form-action 'self' https://search.example.org; frame-ancestors 'self'",
		},
		{
			"https://search.example.org", nil,
			Allow{Connections: []string{"https://search.example.org"}},
			"default-src 'self'; connect-src 'self' https://search.example.org; img-src 'self' data: https:; media-src 'self' https:; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self' https://search.example.org; frame-ancestors 'self'",
		},
	} {
		if got := PagePolicy(tt.endpoint, tt.frames, tt.allow); got != tt.want {
			t.Errorf("got\n%s\nwant\n%s", got, tt.want)
		}
	}
}

func TestURLOf(t *testing.T) {
	for path, want := range map[string]string{
		"index.html":       "/",
		"pay/x/index.html": "/pay/x/",
		"404.html":         "/404.html",
		"assets/a b.css":   "/assets/a b.css",
		"支付/index.html":    "/支付/",
		"x/myindex.html":   "/x/myindex.html",
	} {
		if got := urlOf(path); got != want {
			t.Errorf("urlOf(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestCutVariant(t *testing.T) {
	for path, want := range map[string]string{
		"a.css.gz": "a.css", "a/b.html.br": "a/b.html", "a.zst": "a",
		"a.css": "", ".gz": "", "a/.gz": "", "gz": "",
	} {
		got, ext, ok := cutVariant(path)
		if got != want || ok != (want != "") || ok && got+ext != path {
			t.Errorf("cutVariant(%q): got %q, %q, %v, want %q", path, got, ext, ok, want)
		}
	}
}
