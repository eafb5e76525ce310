package generate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"whyfix/internal/compress"
	"whyfix/internal/content"
	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/render"
)

// siteWriter puts the files of a site into a release.
type siteWriter struct {
	*publish.Writer
	release *release
	own     map[string]bool // files of the writer's: a compressed copy among them stays
	count   int             // of the pages
	made    atomic.Int64    // pages of the theme that were made, not taken over
}

func newSiteWriter(r *release) *siteWriter {
	s := &siteWriter{Writer: r.writer, release: r, own: make(map[string]bool, len(r.Site.Copied))}
	for _, a := range r.Site.Copied {
		s.own[a.Path] = true
	}
	return s
}

// pages writes every page, and takes over from the live release those that are
// made of the same as there: then they need not be made.
func (s *siteWriter) pages(ctx context.Context, pages iter.Seq[render.Output]) error {
	kept, all := s.release.kept, 0
	for p := range pages {
		if all++; p.Kind != "" {
			s.count++
		}
	}
	done := s.release.progress.Begin(PhasePages, all)
	var mu sync.Mutex // guards what follows
	made := make(map[string]madeOf, all)
	next, stop := iter.Pull(pages)
	defer stop()
	err := parallel(ctx, all, func(int) error {
		defer done()
		buffer := buffers.Get().(*[]byte)
		defer buffers.Put(buffer)
		mu.Lock()
		p, _ := next()
		mu.Unlock()
		is, err := s.page(p, buffer)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		made[p.File] = is
		return nil
	})
	if err != nil {
		return err
	}
	if len(kept.Made) > 0 {
		s.release.result.Why = s.release.model.reason(kept.Model, kept.delta)
	}
	kept.Model, kept.Made = s.release.model, made
	return nil
}

// page writes one page, in the buffer, or takes it over.
func (s *siteWriter) page(p render.Output, buffer *[]byte) (madeOf, error) {
	was := s.release.kept.Made[p.File]
	text := s.textsSum(p.Texts())
	if s.release.sameModel && was.Text == text {
		if kept, err := s.keep(p, was); kept || err != nil {
			return was, err
		}
	}
	view := p.View()
	key := s.pageKey(p, view, text, buffer)
	if was.Key == key {
		if kept, err := s.keep(p, was); kept || err != nil {
			return was, err
		}
	}
	data, err := p.MakeOf((*buffer)[:0], view, s.release)
	if err != nil {
		return madeOf{}, err
	}
	*buffer = data
	if p.Kind != "" {
		s.made.Add(1)
	}
	if err := s.put(p.File, data); err != nil {
		return madeOf{}, err
	}
	sum, size := s.Holds(p.File)
	return madeOf{key, text, sum, size}, nil
}

// pageKey stands for all that a page is made of: its view, the text that it
// shows, and the theme. Nothing else reaches a template, so pages with one key
// are the same.
func (s *siteWriter) pageKey(p render.Output, view any, text [16]byte, buffer *[]byte) [16]byte {
	data := append(append((*buffer)[:0], s.release.Theme.Digest()...), p.Kind...)
	data = append(append(append(data, 0), p.Language...), 0)
	if text != [16]byte{} {
		data = append(append(append(data, s.release.parsing...), 0), text[:]...)
	}
	*buffer = record.AppendAny(data, view)
	sum := sha256.Sum256(*buffer)
	return [16]byte(sum[:16])
}

// textsSum stands for the texts that a page shows; zero when it shows none.
func (s *siteWriter) textsSum(articles []*content.Article) [16]byte {
	switch len(articles) {
	case 0:
		return [16]byte{}
	case 1:
		return s.release.sources[articles[0].Path].Sum
	}
	var all []byte
	for _, a := range articles {
		sum := s.release.sources[a.Path].Sum
		all = append(all, sum[:]...)
	}
	sum := sha256.Sum256(all)
	return [16]byte(sum[:16])
}

// keep takes a page over. It reports whether the live release has it.
func (s *siteWriter) keep(p render.Output, was madeOf) (bool, error) {
	return s.keepFile(p.File, was, sync.OnceValues(func() ([]byte, error) { return p.Make(nil, s.release) }))
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

// assets copies the files beside the pages.
func (s *siteWriter) assets(ctx context.Context) error {
	assets := s.release.Site.Copied
	return parallel(ctx, len(assets), func(i int) error {
		p := assets[i].Path
		open := func() (io.ReadCloser, error) { return s.release.Files.Open(p) }
		if err := s.PutFrom(p, open); err != nil {
			return err
		}
		_, size := s.Holds(p)
		return s.variants(p, size, open)
	})
}

// lists writes the files that grow with the site. Those of the same model are
// taken over: they show no text.
func (s *siteWriter) lists(ctx context.Context) error {
	kept := s.release.kept
	made := sync.OnceValues(func() (map[string][]byte, error) {
		lists, err := Lists(s.release.Loaded)
		out := make(map[string][]byte, len(lists))
		for _, f := range lists {
			out[f.Path] = f.Data
		}
		return out, err
	})
	left := !s.release.sameModel || len(kept.Lists) == 0
	if s.release.sameModel {
		for name, was := range kept.Lists {
			kept, err := s.keepFile(name, was, func() ([]byte, error) {
				lists, err := made()
				return lists[name], err
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
	err = parallel(ctx, len(names), func(i int) error {
		if sum, size := s.Holds(names[i]); sum != "" || size > 0 {
			return nil // taken over
		}
		return s.put(names[i], lists[names[i]])
	})
	kept.Lists = make(map[string]madeOf, len(lists))
	for _, name := range names {
		sum, size := s.Holds(name)
		kept.Lists[name] = madeOf{Sum: sum, Size: size}
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
	if !s.release.options.Compress || !compress.Worth(name, size) {
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
