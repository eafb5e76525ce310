package server

import (
	"cmp"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"whyfix/internal/disk"
	"whyfix/internal/publish"
)

// coding is a content coding in which a release may have a copy of a file.
type coding struct{ name, ext string }

// codings are all of them, the smaller copies first.
func codings() []coding { return []coding{{"br", ".br"}, {"gzip", ".gz"}} }

// has reports whether the manifest names an address.
func (r *Release) has(address string) bool {
	sum, _ := r.Hashes.Hash(address)
	return sum != ""
}

// variant tells whether a release may have a copy of a file in a coding, and
// the validator of that copy. What the copy was made by is part of it: the
// bytes of two methods must never be put together.
func (r *Release) variant(name, tag string, c coding) (string, bool) {
	if own := r.Hashes.Copy("/" + name + c.ext); own != "" { // a file of the writer's
		return own + "-" + c.name, true
	}
	how, made := r.Variants[c.ext]
	if tag == "" || !made {
		return "", made
	}
	return tag + "-" + how, true
}

// representation is a file as it is sent.
type representation struct {
	file   io.ReadSeekCloser
	size   int64
	tag    string // its validator, without quotes; "" if there is none
	coding string // "" when it is sent as it is
	varies bool   // others may get another
	unsure bool   // nobody knows what it should be: no copy can be compared with it
}

// choose looks for the representation that a reader's browser likes best. The
// file itself comes in, and is closed if a copy is sent in its place.
func (s *Server) choose(r *http.Request, release *Release, name string, plain representation) representation {
	if plain.unsure {
		return plain
	}
	wanted := accepted(r.Header.Values("Accept-Encoding"))
	for _, c := range wanted {
		tag, may := release.variant(name, plain.tag, c)
		if !may {
			continue
		}
		if f, size, err := regular(release.WWW, name+c.ext); err == nil && f != nil {
			if !s.proven(release, name, c.ext, f, plain) {
				f.Close()
				continue
			}
			plain.file.Close()
			return representation{file: f, size: size, tag: tag, coding: c.name, varies: true}
		}
	}
	for _, c := range codings() {
		if _, may := release.variant(name, plain.tag, c); may && !slices.Contains(wanted, c) && isFile(release.WWW, name+c.ext) {
			plain.varies = true
			break
		}
	}
	return plain
}

// proven reports whether a copy unpacks to the file that it is of. The manifest
// has no hash of copies, so each is looked into once, when it is first wanted:
// nearly all browsers get nothing else. One that was written since is another.
func (s *Server) proven(release *Release, name, ext string, copied io.ReadSeeker, plain representation) bool {
	if s.options.Unpack == nil || plain.tag == "" || release.Hashes.Copy("/"+name+ext) != "" { // a file of its own was looked at with all others
		return true
	}
	var now disk.Stat
	if f, ok := copied.(fs.File); ok {
		if info, err := f.Stat(); err == nil {
			now = disk.StatOf(info)
		}
	}
	if was, ok := release.proven.get(name + ext); ok && was.of == now {
		return was.good
	}
	sum, err := s.unpacked(ext, copied, plain.size)
	good := err == nil && sum == plain.tag
	if !good {
		s.log.Error("a compressed copy is damaged, the file itself is sent", "release", release.ID, "copy", name+ext)
	}
	release.proven.put(name+ext, proof{now, good})
	return good
}

// proof is what was found of a compressed copy, as it was then.
type proof struct {
	of   disk.Stat
	good bool
}

// mostProofs bounds the memory of what was found: who reads all pages of a large
// site makes none of them remembered for longer.
const mostProofs = 20_000

// proofs are what was found of compressed copies, by their names.
type proofs struct {
	mu    sync.Mutex
	known map[string]proof
}

func (p *proofs) get(name string) (proof, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, ok := p.known[name]
	return was, ok
}

func (p *proofs) put(name string, found proof) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= mostProofs {
		p.known = map[string]proof{}
	}
	p.known[name] = found
}

// unpacked is the content hash of what is in a copy of a file of a size. It
// leaves the copy at its start.
func (s *Server) unpacked(ext string, copied io.ReadSeeker, size int64) (string, error) {
	r, err := s.options.Unpack(ext, copied)
	if err != nil {
		return "", err
	}
	sum, err := publish.SumReader(io.LimitReader(r, size+1))
	if err == nil {
		_, err = copied.Seek(0, io.SeekStart)
	}
	return sum, err
}

// accepted reads Accept-Encoding: the codings that are as welcome as the plain
// file or more, the most welcome first; among equals the smaller copy. Who
// refuses the plain file too gets it all the same, rather than an error.
func accepted(header []string) []coding {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "x-gzip" {
			name = "gzip"
		}
		if _, twice := weights[name]; name != "" && !twice {
			weights[name] = weight(parameters)
		}
	}
	plain := weights["identity"] // least where it is not named, but never refused
	of := func(c coding) float64 {
		if w, named := weights[c.name]; named {
			return w
		}
		return weights["*"]
	}
	all := slices.DeleteFunc(codings(), func(c coding) bool { return of(c) == 0 || of(c) < plain })
	slices.SortStableFunc(all, func(a, b coding) int { return cmp.Compare(of(b), of(a)) })
	return all
}

// weight is the q among the parameters of a coding; 1 where it is missing or
// no number.
func weight(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && q == q {
			return min(max(q, 0), 1)
		}
	}
	return 1
}
