package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"whyfix/internal/bench"
)

// took is how long a command says that it took.
var took = regexp.MustCompile(` \(\d[\dhmsµn.]*\)`)

// record checks, builds and serves a site, and adds what is seen to a record.
func (s *site) record(ctx context.Context, program string, seen record) error {
	whyfix := func(args ...string) (out, said []byte, err error) {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(ctx, program, append(args, "-content", filepath.Base(s.content))...)
		cmd.Dir, cmd.Stderr = filepath.Dir(s.content), &stderr // so no message names a folder above it
		cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
		if out, err = cmd.Output(); err != nil {
			err = fmt.Errorf("whyfix %s: %w\n%s%s", args[0], err, out, stderr.Bytes())
		}
		return out, took.ReplaceAll(stderr.Bytes(), nil), err
	}
	list, said, err := whyfix("check", "-json")
	if err != nil {
		return err
	}
	if err := s.diagnostics(seen, list); err != nil {
		return fmt.Errorf("check -json: %w", err)
	}
	s.lines(seen, "check", said)
	if _, said, err = whyfix("build", "-out", s.public); err != nil {
		return err
	}
	release, err := filepath.EvalSymlinks(filepath.Join(s.public, "current"))
	if err != nil {
		return fmt.Errorf("the release: %w", err)
	}
	id := filepath.Base(release)
	s.lines(seen, "build", bytes.ReplaceAll(said, []byte(id), []byte("ID")))
	if err := s.files(seen, os.DirFS(release)); err != nil {
		return fmt.Errorf("the release: %w", err)
	}
	return s.answers(ctx, seen, program, id)
}

func (s *site) add(seen record, kind, what, is string) { seen.add(s.name+"."+kind+".txt", what, is) }

// lines records what a command said.
func (s *site) lines(seen record, kind string, said []byte) {
	for line := range strings.Lines(string(said)) {
		s.add(seen, kind, strings.TrimRight(line, "\r\n"), "")
	}
}

// diagnostics records what check lists.
func (s *site) diagnostics(seen record, list []byte) error {
	var all []json.RawMessage
	err := json.Unmarshal(list, &all)
	for _, one := range all {
		var d struct {
			File, Code string
			Line, Col  int
		}
		value, decodeErr := decode(one)
		err = errors.Join(err, decodeErr, json.Unmarshal(one, &d))
		s.add(seen, "check", fmt.Sprintf("%s:%d:%d %s", d.File, d.Line, d.Col, d.Code), encode(value))
	}
	return err
}

// files records the manifest, value by value, and the hashes of all other files
// but those of the index, which the manifest has.
func (s *site) files(seen record, release fs.FS) error {
	return fs.WalkDir(release, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "search":
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		data, err := fs.ReadFile(release, name)
		if err != nil || name != "manifest.json" {
			s.add(seen, "files", name, hash(data))
			return err
		}
		manifest, err := decode(data)
		for _, value := range leaves("", manifest) {
			if value.what != "id" && value.what != "time" && value.what != "digest" { // which is of these two, too
				s.add(seen, "manifest", value.what, value.is)
			}
		}
		return err
	})
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// answers records what the endpoint says of a release.
func (s *site) answers(ctx context.Context, seen record, program, id string) error {
	wordings, products, err := wordingsOf(s.content)
	if err != nil {
		return fmt.Errorf("questions: %w", err)
	}
	server, err := bench.Start(ctx, program, "serve", "-public", s.public, "-addr", "127.0.0.1:0", "-explain", "-log-requests=false")
	if err != nil {
		return err
	}
	defer server.Stop()
	for _, address := range requests(s.asked, wordings, products) {
		answer, err := ask(ctx, server.Address+address, id)
		if err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		if readable, err := url.QueryUnescape(address); err == nil && utf8.ValidString(readable) {
			address = readable
		}
		s.add(seen, "answers", address, answer)
	}
	return nil
}
