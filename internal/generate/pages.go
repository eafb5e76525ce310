package generate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"whyfix/internal/compress"
	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/render"
)

// siteWriter puts the files of a site into a release.
type siteWriter struct {
	*publish.Writer
	loaded     *Loaded
	compressed bool            // text files get compressed copies
	own        map[string]bool // files of the writer's: a compressed copy among them stays
	made       atomic.Int64    // pages of the theme that were made, not taken over
	why        string          // they were; empty where nothing was kept
}

func newSiteWriter(w *publish.Writer, l *Loaded, compressed bool) *siteWriter {
	s := &siteWriter{Writer: w, loaded: l, compressed: compressed, own: make(map[string]bool, len(l.Site.Assets))}
	for _, a := range l.Site.Assets {
		s.own[a.Path] = true
	}
	return s
}

// pages writes every page, and takes over from the live release those that are
// made of the same as there: then they need not be made.
func (s *siteWriter) pages(ctx context.Context, pages []render.Output) error {
	made := make([]madeOf, len(pages))
	done := s.loaded.progress.Begin(PhasePages, len(pages))
	err := parallel(ctx, len(pages), func(i int) error {
		defer done()
		buffer := buffers.Get().(*[]byte)
		defer buffers.Put(buffer)
		var err error
		made[i], err = s.page(pages[i], buffer)
		return err
	})
	if store := s.loaded.store; err == nil && store != nil {
		if len(store.made) > 0 {
			s.why = s.loaded.reason(store.parts, s.loaded.parts)
		}
		store.model, store.parts, store.made = s.loaded.model, s.loaded.parts, make(map[string]madeOf, len(pages))
		for i, p := range pages {
			store.made[p.File] = made[i]
		}
	}
	return err
}

// page writes one page, in the buffer, or takes it over.
func (s *siteWriter) page(p render.Output, buffer *[]byte) (madeOf, error) {
	was := s.loaded.madeOf(p.File)
	var text [16]byte
	if p.Text != nil {
		text = s.loaded.kept[p.Text.Path].sum
	}
	if s.loaded.sameModel && was.Text == text {
		if kept, err := s.keep(p, was); kept || err != nil {
			return was, err
		}
	}
	view := p.View()
	key, known := s.loaded.pageKey(p, view, buffer)
	if known && was.Key == key {
		if kept, err := s.keep(p, was); kept || err != nil {
			return was, err
		}
	}
	data, err := p.MakeOf((*buffer)[:0], view, s.loaded)
	if err != nil {
		return madeOf{}, err
	}
	*buffer = data
	if p.Kind != "" {
		s.made.Add(1)
	}
	if err := s.put(p.File, data); err != nil || !known {
		return madeOf{}, err
	}
	sum, size := s.Holds(p.File)
	return madeOf{key, text, sum, size}, nil
}

// keep takes a page over. It reports whether the live release has it.
func (s *siteWriter) keep(p render.Output, was madeOf) (bool, error) {
	return s.keepFile(p.File, was, sync.OnceValues(func() ([]byte, error) { return p.Make(nil, s.loaded) }))
}

// keepFile takes a file over; data makes it, should a compressed copy be missing.
func (s *siteWriter) keepFile(file string, was madeOf, data func() ([]byte, error)) (bool, error) {
	kept, err := s.Keep(file, was.Sum, was.Size)
	if kept && err == nil {
		err = s.variants(file, was.Size, func() (io.ReadCloser, error) {
			data, err := data()
			return reader(data), err
		})
	}
	return kept, err
}

// lists writes the files that grow with the site. Those of the same model are
// taken over: they show no text.
func (s *siteWriter) lists(ctx context.Context) error {
	l, store := s.loaded, s.loaded.store
	made := sync.OnceValues(func() (map[string][]byte, error) {
		lists, err := Lists(l)
		out := make(map[string][]byte, len(lists))
		for _, f := range lists {
			out[f.Path] = f.Data
		}
		return out, err
	})
	left := !l.sameModel || len(store.lists) == 0
	if l.sameModel {
		for _, was := range store.lists {
			kept, err := s.keepFile(was.File, was.Made, func() ([]byte, error) {
				lists, err := made()
				return lists[was.File], err
			})
			if err != nil {
				return err
			}
			left = left || !kept
		}
	}
	if !left {
		return nil
	}
	lists, err := made()
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(lists))
	now := make([]storedPage, len(names))
	err = parallel(ctx, len(names), func(i int) error {
		name := names[i]
		if sum, size := s.Holds(name); sum == "" && size == 0 {
			if err := s.put(name, lists[name]); err != nil {
				return err
			}
		}
		sum, size := s.Holds(name)
		now[i] = storedPage{name, madeOf{Sum: sum, Size: size}}
		return nil
	})
	if store != nil {
		store.lists = now
	}
	return err
}

// put writes a file and its compressed copies.
func (s *siteWriter) put(name string, data []byte) error {
	if err := s.Put(name, data); err != nil {
		return err
	}
	return s.variants(name, int64(len(data)), func() (io.ReadCloser, error) { return reader(data), nil })
}

// variants puts the compressed copies of a text file that is worth them. A copy
// that the writer has stays.
func (s *siteWriter) variants(name string, size int64, open func() (io.ReadCloser, error)) error {
	if !s.compressed || !compress.Worth(name, size) {
		return nil
	}
	for _, coding := range compress.Codings() {
		if s.own[name+coding.Ext] {
			continue
		}
		err := s.Variant(name+coding.Ext, coding.How, func(out io.Writer) error {
			in, err := open()
			if err != nil {
				return err
			}
			return errors.Join(coding.Write(out, in), in.Close())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func reader(data []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(data)) }

// madeOf is what a page was made of the last time.
func (l *Loaded) madeOf(file string) madeOf {
	if l.store == nil {
		return madeOf{}
	}
	return l.store.made[file]
}

// pageKey stands for all that a page is made of: its view, the text that it
// shows, and the theme. Nothing else reaches a template, so pages with one key
// are the same. It is not known where nothing is kept.
func (l *Loaded) pageKey(p render.Output, view any, buffer *[]byte) (key [16]byte, known bool) {
	if l.store == nil {
		return key, false
	}
	data := append(append((*buffer)[:0], l.Theme.Digest()...), p.Kind...)
	data = append(append(append(data, 0), p.Language...), 0)
	if p.Text != nil {
		kept, ok := l.kept[p.Text.Path]
		if !ok {
			return key, false
		}
		data = append(append(append(data, l.key...), 0), kept.sum[:]...)
	}
	*buffer = record.AppendAny(data, view)
	sum := sha256.Sum256(*buffer)
	return [16]byte(sum[:16]), true
}
