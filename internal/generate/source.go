package generate

import (
	"crypto/sha256"
	"io/fs"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/disk"
	"whyfix/internal/record"
	"whyfix/internal/site"
)

// source is one file of the content folder as it was read. It is what a Loader
// remembers from one time to the next, and a Store from one build to the next.
type source struct {
	Stat    disk.Stat
	ReadAt  int64            // in nanoseconds since 1970
	Sum     [16]byte         // of the bytes of an article
	Facts   [16]byte         // of what other pages may know of an article; of a folder's page: of all
	Text    span             // of an article: its content in the store
	Article *content.Article // nil for what is no article; where there is a store, with the outline of its document
	Diags   diag.List
	Asset   site.Asset
	Pieces  []piece // that the article depends on

	// whole is the page of a folder with its content, where there is a store: the
	// views of lists show it. It may be nil until somebody asks for it.
	whole *content.Article
}

// is reports whether the file is the one that it was.
func (s *source) is(f content.File) bool { return s.Stat == f.Stat }

// settled reports whether a change of the moment when the file was read would
// show.
func (s *source) settled() bool { return s.Stat.Settled(time.Unix(0, s.ReadAt)) }

// article is what the site is made of: an outline but for the pages of folders.
func (s *source) article() *content.Article {
	if s.whole != nil {
		return s.whole
	}
	return s.Article
}

// readSource reads an article or what stands beside one. Was is the file as it
// was read before, and store keeps the texts; both may be nil.
func readSource(fsys fs.FS, f content.File, was *source, reader *content.Reader, pieces *pieces, store *Store) (*source, error) {
	s := &source{Stat: f.Stat, ReadAt: time.Now().UnixNano()}
	switch f.Class {
	case content.ClassArticle, content.ClassIndex:
		data, bad := content.ReadFile(fsys, f.Path)
		if bad != nil {
			s.Diags = diag.List{*bad}
			break
		}
		// A tree that was copied or checked out again has other times, and mostly
		// the same files.
		if was != nil && was.Article != nil && was.Sum == sumOf(data, nil) && was.complete(store) {
			same := *was
			same.Stat, same.ReadAt = s.Stat, s.ReadAt
			return &same, nil
		}
		read := reader.Read(f.Path, data)
		s.Article, s.Diags = read.Article, read.Diags
		s.Sum = sumOf(data, read.Whole)
		for _, p := range read.Asked {
			s.Pieces = append(s.Pieces, piece{p, pieces.get(p).sum})
		}
		if store != nil && s.Article != nil {
			return s, s.putAway(store)
		}
	case content.ClassAsset:
		s.Asset = measure(fsys, f.Path)
		s.Asset.Size = f.Size
		file, err := fsys.Open(f.Path)
		if err == nil {
			return s, file.Close()
		}
		if _, bad := content.ReadFile(fsys, f.Path); bad != nil {
			s.Diags = diag.List{*bad}
		}
	}
	return s, nil
}

// putAway keeps an article's text in a store, and its outline in memory. The
// few pages of folders stay whole beside it.
func (s *source) putAway(store *Store) (err error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer = s.Article.Doc.AppendContent((*buffer)[:0])
	if s.Text, err = store.texts.add(*buffer); err != nil {
		return err
	}
	outlined := *s.Article
	outlined.Doc = outlined.Doc.Outline()
	s.Article, s.whole = &outlined, s.Article
	if outlined.Index {
		s.Facts = s.Sum
		return nil
	}
	s.whole = nil
	*buffer = record.AppendWithout[content.Article, diag.Pos]((*buffer)[:0], s.Article)
	facts := sha256.Sum256(*buffer)
	s.Facts = [16]byte(facts[:16])
	return nil
}

// complete makes the page of a folder whole that comes from a store. It reports
// whether it could.
func (s *source) complete(store *Store) bool {
	if store == nil || s.Article == nil || !s.Article.Index || s.whole != nil {
		return true
	}
	doc, err := store.whole(s.Article.Doc, s.Text)
	if err != nil {
		return false
	}
	whole := *s.Article
	whole.Doc, s.whole = doc, &whole
	return true
}

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
