package publish

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Addresses are those of a release, each with the content hash of its file. They
// stay where they are, in the manifest: a large site has a hundred megabytes of
// them, and a page asks for one. In memory is where each part of some twenty
// lines begins, and a hash of it with a key that nobody has but this process: what
// somebody writes into the manifest later on is not taken for what was proven.
//
// It may be used by many goroutines at once. Nil has no addresses.
type Addresses struct {
	file  io.ReaderAt
	seed  maphash.Seed
	parts []part
	lines map[string]string // of a manifest that is written in another way; else nil
	// Files that are named like compressed copies, and are a writer's own: there
	// are few, if any, and each page asks whether it has one.
	copies map[string]string
}

// part is some lines of a manifest, one address each, in order.
type part struct {
	first string // its first address
	at    int64
	size  int
	hash  uint64
}

// partSize is how long a part is, and a bit more. A page reads one.
const partSize = 2 << 10

// AddressesOf are those of a map.
func AddressesOf(hashes map[string]string) *Addresses { return &Addresses{lines: hashes} }

// Hash is the content hash of the file of an address; "" if there is none. It
// reports whether that is sure: nothing is when somebody has written into the
// manifest.
func (a *Addresses) Hash(address string) (sum string, sure bool) {
	if a == nil {
		return "", true
	}
	if a.parts == nil {
		return a.lines[address], true
	}
	if !utf8.ValidString(address) { // JSON has none
		return "", true
	}
	i, found := slices.BinarySearchFunc(a.parts, address, func(p part, address string) int { return cmp.Compare(p.first, address) })
	if !found {
		i--
	}
	if i < 0 {
		return "", true
	}
	buffer := hashBuffers.Get().(*[64 << 10]byte)
	defer hashBuffers.Put(buffer)
	data, err := a.read(&a.parts[i], buffer[:])
	if err != nil {
		return "", false
	}
	line := addressLine(address)
	at := bytes.Index(data, line)
	if at < 0 || at > 0 && data[at-1] != '\n' {
		return "", true
	}
	sum, _, _ = strings.Cut(string(data[at+len(line):min(at+len(line)+2*sha256.Size, len(data))]), `"`)
	return sum, true
}

// Copy is Hash for an address that ends like that of a compressed copy. It is
// always sure.
func (a *Addresses) Copy(address string) string {
	switch {
	case a == nil:
		return ""
	case a.parts == nil:
		return a.lines[address]
	}
	return a.copies[address]
}

// addressLine is how the line of an address begins.
func addressLine(address string) []byte {
	return append(appendQuoted(append(make([]byte, 0, len(address)+8), "  "...), address), `: "`...)
}

// read reads a part. The room is made larger where it has to be.
func (a *Addresses) read(p *part, room []byte) ([]byte, error) {
	data := slices.Grow(room[:0], p.size)[:p.size]
	if _, err := a.file.ReadAt(data, p.at); err != nil {
		return nil, fmt.Errorf("publish: %s: %w", manifestName, err)
	}
	if maphash.Bytes(a.seed, data) != p.hash {
		return nil, fmt.Errorf("publish: %s: %w: somebody has written into it", manifestName, ErrDamaged)
	}
	return data, nil
}

// Each calls visit with every address and its hash, in order, until that returns
// false.
func (a *Addresses) Each(visit func(address, sum string) bool) error {
	return a.from("", visit)
}

// Below is Each for the addresses that begin in the same way, such as "/assets/".
func (a *Addresses) Below(start string, visit func(address, sum string) bool) error {
	return a.from(start, func(address, sum string) bool { return strings.HasPrefix(address, start) && visit(address, sum) })
}

// from calls visit with the addresses from one on.
func (a *Addresses) from(start string, visit func(address, sum string) bool) error {
	if a == nil {
		return nil
	}
	if a.parts == nil {
		for _, address := range slices.Sorted(maps.Keys(a.lines)) {
			if address >= start && !visit(address, a.lines[address]) {
				break
			}
		}
		return nil
	}
	first, found := slices.BinarySearchFunc(a.parts, start, func(p part, start string) int { return cmp.Compare(p.first, start) })
	if !found {
		first = max(first-1, 0)
	}
	room := make([]byte, 2*partSize)
	for i := first; i < len(a.parts); i++ {
		data, err := a.read(&a.parts[i], room)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(data) {
			address, sum, _ := cutLine(line)
			if address >= start && !visit(address, sum) {
				return nil
			}
		}
	}
	return nil
}

// All are the addresses as a map.
func (a *Addresses) All() (map[string]string, error) {
	out := map[string]string{}
	err := a.Each(func(address, sum string) bool {
		out[address] = sum
		return true
	})
	return out, err
}

// cutLine reads a line of a manifest: an address, and its hash.
func cutLine(line []byte) (address, sum string, ok bool) {
	rest, begins := bytes.CutPrefix(line, []byte(`  "`))
	if bytes.IndexByte(line, '\\') >= 0 {
		var one map[string]string
		text := bytes.TrimSuffix(bytes.TrimRight(line, "\n"), []byte(","))
		if err := json.Unmarshal(append(append([]byte("{"), text...), '}'), &one); err != nil || len(one) != 1 || !begins {
			return "", "", false
		}
		for address, sum = range one {
			if !bytes.HasPrefix(line, addressLine(address)) { // one that was written in another way would not be found
				return "", "", false
			}
		}
		return address, sum, true
	}
	before, after, both := bytes.Cut(rest, []byte(`": "`))
	hash, end, closed := bytes.Cut(after, []byte(`"`))
	if !begins || !both || !closed || bytes.IndexByte(before, '"') >= 0 || string(end) != ",\n" && string(end) != "\n" {
		return "", "", false
	}
	return string(before), string(hash), true
}

// The lines around the addresses, which stand last in a manifest.
const (
	addressesBegin = " \"urls\": {\n"
	addressesEnd   = " }\n"
	manifestEnd    = "}\n"
)

// errOtherLayout is returned for a manifest that is not written as encodeManifest
// does, or is damaged.
var errOtherLayout = errors.New("publish: the manifest is written in another way")

// openManifest reads a manifest, all but its addresses, and finds out where these
// are. It is read once, from the start to the end; in memory is never more of it
// than a part.
func openManifest(file io.ReaderAt, size int64) (*Manifest, *Addresses, error) {
	m, a, err := scanManifest(file, size)
	if err == nil {
		return m, a, nil
	}
	// One that is short, or damaged, or of another version: what is wrong with it is
	// told by what reads it as a whole.
	data, err := io.ReadAll(io.NewSectionReader(file, 0, size))
	if err != nil {
		return nil, nil, fmt.Errorf("publish: open: %w", err)
	}
	if m, err = decodeManifest(data); err != nil {
		return nil, nil, err
	}
	a = &Addresses{lines: m.URLs}
	m.URLs = nil
	return m, a, nil
}

func scanManifest(file io.ReaderAt, size int64) (*Manifest, *Addresses, error) {
	in := bufio.NewReaderSize(io.NewSectionReader(file, 0, size), 64<<10)
	start := make([]byte, len(digestHead)+2*sumSize+len(digestTail))
	if _, err := io.ReadFull(in, start); err != nil {
		return nil, nil, errOtherLayout
	}
	digest, head := start[len(digestHead):len(start)-len(digestTail)], []byte(digestHead)
	if !bytes.HasPrefix(start, head) || !bytes.HasSuffix(start, []byte(digestTail)) {
		return nil, nil, errOtherLayout
	}
	sum, at := sha256.New(), int64(len(start))
	sum.Write([]byte(manifestHead))
	line := func() ([]byte, error) {
		data, err := in.ReadSlice('\n')
		sum.Write(data)
		at += int64(len(data))
		return data, err // a line longer than the buffer is of no address
	}
	head = []byte(manifestHead)
	for {
		data, err := line()
		for errors.Is(err, bufio.ErrBufferFull) { // a long list, of old addresses
			head = append(head, data...)
			data, err = line()
		}
		if err != nil {
			return nil, nil, errOtherLayout
		}
		if string(data) == addressesBegin && head[len(head)-1] == '\n' {
			break
		}
		head = append(head, data...)
	}
	a := &Addresses{file: file, seed: maphash.MakeSeed(), copies: map[string]string{}}
	last, now := "", part{at: at}
	var text []byte // of the part
	end := func() {
		now.size, now.hash = len(text), maphash.Bytes(a.seed, text)
		a.parts = append(a.parts, now)
		now, text = part{at: now.at + int64(len(text))}, text[:0]
	}
	for {
		data, err := line()
		if err != nil {
			return nil, nil, errOtherLayout
		}
		if string(data) == addressesEnd {
			break
		}
		address, hash, ok := cutLine(data)
		if !ok || address <= last {
			return nil, nil, errOtherLayout
		}
		if _, _, copied := cutVariant(address); copied {
			a.copies[address] = hash
		}
		last = address
		if len(text) == 0 {
			now.first = address
		}
		if text = append(text, data...); len(text) >= partSize {
			end()
		}
	}
	if len(text) > 0 {
		end()
	}
	if data, err := line(); err != nil || string(data) != manifestEnd || at != size || len(a.parts) == 0 {
		return nil, nil, errOtherLayout
	}
	if hex.EncodeToString(sum.Sum(nil)[:sumSize]) != string(digest) {
		return nil, nil, errOtherLayout
	}
	m, err := readManifest(append(append(head, addressesBegin...), addressesEnd+manifestEnd...))
	if err != nil || m.Schema != Schema {
		return nil, nil, errOtherLayout
	}
	m.URLs = nil
	a.parts = slices.Clip(a.parts)
	return m, a, nil
}

// beside goes through addresses from the first to the last while somebody goes
// through others.
type beside struct {
	next    func() (address, sum string, more bool)
	address string // where it is
	sum     string
	more    bool
}

// beside begins to go through addresses; stop ends it.
func (a *Addresses) beside() (b *beside, stop func()) {
	next, stop := iter.Pull2(func(yield func(address, sum string) bool) {
		_ = a.Each(yield) // what cannot be read has no hash
	})
	b = &beside{next: next}
	b.address, b.sum, b.more = next()
	return b, stop
}

// hash is that of an address, which must be behind all that it was asked for before.
func (b *beside) hash(address string) string {
	for b.more && b.address < address {
		b.address, b.sum, b.more = b.next()
	}
	if b.more && b.address == address {
		return b.sum
	}
	return ""
}

// appendQuoted appends a text as JSON has it.
func appendQuoted(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c >= 0x7F || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(text)
			if err != nil { // no text is one that JSON has not
				panic(err)
			}
			return append(out, quoted...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}
