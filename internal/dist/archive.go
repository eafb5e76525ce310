package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// file is a file of an archive.
type file struct {
	name    string // slash-separated
	data    []byte
	program bool // may be run
}

func (f file) mode() fs.FileMode {
	if f.program {
		return 0o755
	}
	return 0o644
}

// archive packs the program with all that belongs to it, and says what the
// archive is called: zip for Windows, tar.gz for all others, with one folder of
// the archive's name in it.
func (r *release) archive(target string, program []byte, shared []file) (name string, data []byte, err error) {
	system, processor, _ := strings.Cut(target, "/")
	files := append([]file{{"whyfix", program, true}}, shared...)
	switch system {
	case "windows":
		files[0].name = "whyfix.exe"
	case "linux":
		unit, err := read(os.DirFS("."), "packaging/whyfix.service")
		if err != nil {
			return "", nil, err
		}
		files = append(files, unit...)
	}
	folder := fmt.Sprintf("whyfix-%s-%s-%s", r.version, system, processor)
	for i := range files {
		files[i].name = folder + "/" + files[i].name
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	if system == "windows" {
		data, err = zipped(files, r.when())
		return folder + ".zip", data, err
	}
	data, err = tarred(files, r.when())
	return folder + ".tar.gz", data, err
}

// tarred packs files whose owner, group and time are the same wherever it is done.
func tarred(files []file, when time.Time) ([]byte, error) {
	var out bytes.Buffer
	packed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(packed)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.data)), Mode: int64(f.mode()), ModTime: when, Format: tar.FormatPAX}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := packed.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func zipped(files []file, when time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: when}
		header.SetMode(f.mode())
		part, err := w.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
