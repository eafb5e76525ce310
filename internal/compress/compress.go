// Package compress makes the compressed copies of a site's text files that a
// release has beside them, so that no web server has to make them again for
// each reader.
//
// In: a file. Out: the same, compressed, as one content coding of HTTP. The
// same file gives the same bytes; docs/performance.md tells why these levels.
package compress

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// Coding is one way of compressing.
type Coding struct {
	// Ext is what the name of a copy ends in.
	Ext string
	// How stands for the method, its level and the library's version: copies
	// that were made in another way are not the same bytes, so they are not
	// taken over, and a half of one does not go with a half of the other.
	How string

	encoder func() encoder
	used    *sync.Pool // encoders that wrote a file: each has about a megabyte of tables
}

type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

const (
	brotliLevel = 5
	gzipLevel   = 7
)

// Codings are those that a site gets, the better one first.
func Codings() []Coding {
	return []Coding{
		{".br", fmt.Sprintf("br%d-%s", brotliLevel, brotliVersion), newBrotli, usedBrotli},
		{".gz", fmt.Sprintf("gz%d-%s", gzipLevel, gzipVersion), newGzip, usedGzip},
	}
}

// The versions of go.mod, which a test compares.
const (
	brotliVersion = "1.3.0"
	gzipVersion   = "1.20.4"
)

func newBrotli() encoder { return brotli.NewWriterLevel(nil, brotliLevel) }

func newGzip() encoder {
	w, err := gzip.NewWriterLevel(nil, gzipLevel)
	if err != nil {
		panic(err) // there is no such level
	}
	return w
}

var (
	usedBrotli, usedGzip = &sync.Pool{}, &sync.Pool{}
	// The encoders write a few hundred bytes at a time.
	buffers = &sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 32<<10) }}
	heads   = &sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// large is the size in bytes above which a file gets an encoder of its own. One
// of brotli's that was used before makes other bytes of files of a megabyte.
const large = 256 << 10

// Write compresses in into out. No more of either is in memory than a window.
func (c Coding) Write(out io.Writer, in io.Reader) error {
	if err := c.write(out, in); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	return nil
}

func (c Coding) write(out io.Writer, in io.Reader) error {
	head := heads.Get().(*bytes.Buffer)
	defer heads.Put(head)
	head.Reset()
	if _, err := io.CopyN(head, in, large+1); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	small := head.Len() <= large
	var z encoder
	if small {
		z, _ = c.used.Get().(encoder)
	}
	if z == nil {
		z = c.encoder()
	}
	b := buffers.Get().(*bufio.Writer)
	defer buffers.Put(b)
	b.Reset(out)
	z.Reset(b)
	if _, err := head.WriteTo(z); err != nil {
		return err
	}
	if _, err := io.Copy(z, in); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if small { // one that failed is not what it was, either
		c.used.Put(z)
	}
	return nil
}

// worthwhile is the size in bytes below which no packet is saved.
const worthwhile = 1024

// Worth reports whether a file is text, and enough of it. Images, fonts and
// archives are compressed already.
func Worth(name string, size int64) bool {
	if size < worthwhile {
		return false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".css", ".js", ".mjs", ".json", ".svg", ".xml", ".txt", ".webmanifest":
		return true
	}
	return false
}

// Unpack reads what is in a copy, by what the name of the copy ends in.
func Unpack(ext string, r io.Reader) (io.Reader, error) {
	switch ext {
	case ".br":
		return brotli.NewReader(r), nil
	case ".gz":
		return gzip.NewReader(r)
	}
	return nil, fmt.Errorf("compress: there are no copies that end in %q", ext)
}
