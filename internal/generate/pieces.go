package generate

import (
	"crypto/sha256"
	"io/fs"
	"sync"
)

// piece is a file that an article has in its text, and its sum; zero where
// there is none.
type piece struct {
	Path string
	Sum  [16]byte
}

// pieces are the files of one reading of a folder that articles have in their
// texts. Each is read once, however many articles ask.
type pieces struct {
	files fs.FS
	mu    sync.Mutex
	known map[string]pieceFile
}

type pieceFile struct {
	data  []byte
	found bool
	sum   [16]byte
}

func newPieces(files fs.FS) *pieces { return &pieces{files: files, known: map[string]pieceFile{}} }

func (p *pieces) get(name string) pieceFile {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, known := p.known[name]
	if !known {
		if data, err := fs.ReadFile(p.files, name); err == nil {
			sum := sha256.Sum256(data)
			f = pieceFile{data, true, [16]byte(sum[:16])}
		}
		p.known[name] = f
	}
	return f
}

func (p *pieces) read(name string) ([]byte, bool) {
	f := p.get(name)
	return f.data, f.found
}

// same reports whether pieces are as they were.
func (p *pieces) same(were []piece) bool {
	for _, was := range were {
		if p.get(was.Path).sum != was.Sum {
			return false
		}
	}
	return true
}

// sumOf stands for the bytes that an article was read of.
func sumOf(file, whole []byte) [16]byte {
	h := sha256.New()
	h.Write(file)
	if whole != nil {
		h.Write([]byte{0})
		h.Write(whole)
	}
	return [16]byte(h.Sum(nil)[:16])
}
