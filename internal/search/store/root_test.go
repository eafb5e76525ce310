package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/util"
	gocmp "github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

func mustReadRoot(t *testing.T, dir string) Root {
	t.Helper()
	r, err := ReadRoot(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// segments are the files of segments, by name.
func segments(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "store", "*.zap"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = string(data)
	}
	return out
}

// visit opens a folder for writing, as the command bleve does, counts the
// documents, and closes it when the root was written again.
func visit(t *testing.T, dir string, config map[string]any) (count uint64) {
	t.Helper()
	name := filepath.Join(dir, "store", RootFile)
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	x, err := bleve.OpenUsing(dir, config)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if count, err = x.DocCount(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		after, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			time.Sleep(50 * time.Millisecond) // the merger is not far behind
			return count
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the root is as it was")
	return 0
}

// Whoever opens a folder with a stock bleve, even for writing, may write the
// root again; but it says the same, and no segment changes.
func TestRootOutlivesVisits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ from, to int }{
		"one segment": {}, "two segments": {30, 33}, "two segments and deletions": {20, 33},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(5, 6))
			m := pageMapping(t, "")
			dir := writeIndex(t, m, randomPages(r, 0, 30), randomPages(r, test.from, test.to))
			want, files := mustReadRoot(t, dir), segments(t, dir)
			root, err := os.ReadFile(filepath.Join(dir, "store", RootFile))
			if err != nil {
				t.Fatal(err)
			}
			// bleve.Open reads only, as the folder says.
			x, err := bleve.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := x.DocCount(); err != nil || int(n) != max(30, test.to) {
				t.Errorf("%d documents, %v, want %d", n, err, max(30, test.to))
			}
			if _, err := ReadRoot(filepath.Join(dir, "store")); err != nil {
				t.Errorf("beside a reader: %v", err)
			}
			x.Close()
			if now, err := os.ReadFile(filepath.Join(dir, "store", RootFile)); err != nil || !bytes.Equal(root, now) {
				t.Errorf("bleve.Open wrote the root (%v)", err)
			}
			for range 3 {
				if n := visit(t, dir, map[string]any{"read_only": false}); int(n) != max(30, test.to) {
					t.Errorf("%d documents, want %d", n, max(30, test.to))
				}
				got := mustReadRoot(t, dir)
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Fatalf("(-before +after):\n%s", diff)
				}
				if got.Digest() != want.Digest() {
					t.Error("the digest is another one")
				}
			}
			if !maps.Equal(files, segments(t, dir)) {
				t.Error("segments have changed")
			}
		})
	}
}

// Two small segments are what bleve merges as soon as it may, and then it
// deletes them: Meta keeps it from that.
func TestBleveWouldMerge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	dir := writeIndex(t, pageMapping(t, ""), randomPages(r, 0, 30), randomPages(r, 20, 33))
	plain := []byte(`{"storage":"scorch","index_type":"scorch"}`)
	if err := os.WriteFile(filepath.Join(dir, MetaFile), plain, 0o600); err != nil {
		t.Fatal(err)
	}
	want := mustReadRoot(t, dir).Digest()
	for range 100 {
		visit(t, dir, nil)
		if mustReadRoot(t, dir).Digest() != want {
			return
		}
	}
	t.Error("it does not: the options of merges in Meta are of no use")
}

// changed changes the states that a root holds.
func changed(t *testing.T, dir string, change func(states *bbolt.Bucket) error) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "store", RootFile), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bbolt.Tx) error { return change(tx.Bucket(util.BoltSnapshotsBucket)) }); err != nil {
		t.Fatal(err)
	}
}

// state copies the first state under another number, and changes it.
func state(t *testing.T, dir string, key []byte, change func(state *bbolt.Bucket) error) {
	t.Helper()
	changed(t, dir, func(states *bbolt.Bucket) error {
		to, err := states.CreateBucket(key)
		if err != nil {
			return err
		}
		return errors.Join(copyBucket(to, states.Bucket(numberKey(firstEpoch))), change(to))
	})
}

func copyBucket(to, from *bbolt.Bucket) error {
	return from.ForEach(func(k, v []byte) error {
		if v != nil {
			return to.Put(k, v)
		}
		inner, err := to.CreateBucket(k)
		if err != nil {
			return err
		}
		return copyBucket(inner, from.Bucket(k))
	})
}

// ReadRoot reads the state that bleve opens.
func TestNewestStateThatOpens(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	dir := writeIndex(t, pageMapping(t, ""), randomPages(r, 0, 30), randomPages(r, 30, 33))
	want := mustReadRoot(t, dir)
	live := func() int {
		t.Helper()
		x, err := bleve.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		n, err := x.DocCount()
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
	// Newer ones that do not open.
	key := func(n uint16) []byte { return binary.BigEndian.AppendUint16([]byte{longKey + 2}, n) }
	state(t, dir, key(300), func(s *bbolt.Bucket) error { return s.DeleteBucket(util.BoltMetaDataKey) })
	state(t, dir, key(301), func(s *bbolt.Bucket) error { return s.Bucket(numberKey(2)).Delete(util.BoltPathKey) })
	state(t, dir, key(302), func(s *bbolt.Bucket) error {
		return s.Bucket(numberKey(2)).Put(util.BoltPathKey, []byte(SegmentFile(7)))
	})
	state(t, dir, key(303), func(s *bbolt.Bucket) error {
		return s.Bucket(numberKey(3)).Put(util.BoltDeletedKey, []byte("no bitmap"))
	})
	state(t, dir, key(304), func(s *bbolt.Bucket) error {
		return s.Bucket(util.BoltMetaDataKey).Put(util.BoltMetaDataSegmentVersionKey, []byte{0, 0, 0, 99})
	})
	state(t, dir, key(305), func(s *bbolt.Bucket) error {
		return s.Bucket(numberKey(3)).Put(util.BoltStatsKey, []byte("{"))
	})
	if diff := gocmp.Diff(want, mustReadRoot(t, dir)); diff != "" || live() != 33 {
		t.Errorf("%d documents; (-before +after):\n%s", live(), diff)
	}
	// One that does.
	state(t, dir, key(299), func(s *bbolt.Bucket) error {
		return s.Bucket(numberKey(3)).Put(util.BoltDeletedKey, appendBitmap(nil, []uint32{0, 2}))
	})
	want.Parts[1].Deleted = []uint32{0, 2}
	if diff := gocmp.Diff(want, mustReadRoot(t, dir)); diff != "" || live() != 31 {
		t.Errorf("%d documents; (-before +after):\n%s", live(), diff)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	roots := []Root{
		{},
		{Parts: []Part{{Number: 2}}},
		{Parts: []Part{{Number: 3}}},
		{Parts: []Part{{Number: 2}, {Number: 3}}},
		{Parts: []Part{{Number: 2, Deleted: []uint32{3}}}},
		{Parts: []Part{{Number: 2, Deleted: []uint32{3, 4}}}},
		{Internal: map[string][]byte{"a": nil}},
		{Internal: map[string][]byte{"a": []byte("b")}},
		{Internal: map[string][]byte{"ab": nil}},
		{Internal: map[string][]byte{"a": nil, "b": nil}},
	}
	known := map[string]int{}
	for i, r := range roots {
		if other, is := known[r.Digest()]; is {
			t.Errorf("%d and %d have the same digest", other, i)
		}
		known[r.Digest()] = i
	}
	a, b := Part{Number: 2, Deleted: []uint32{}}, Part{Number: 3}
	if (Root{Parts: []Part{a, b}}).Digest() != (Root{Parts: []Part{b, a}, Internal: map[string][]byte{}}).Digest() {
		t.Error("the order of segments is a difference")
	}
}

func TestReadRootLocked(t *testing.T) {
	t.Parallel()
	dir := writeIndex(t, pageMapping(t, ""), randomPages(rand.New(rand.NewPCG(5, 6)), 0, 3), nil)
	db, err := bbolt.Open(filepath.Join(dir, "store", RootFile), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := ReadRoot(filepath.Join(dir, "store")); !errors.Is(err, ErrLocked) {
		t.Errorf("ReadRoot gives %v, want %v", err, ErrLocked)
	}
}

// A root that is damaged is an error, and never the end of the program.
//
// bbolt follows a damaged page past the copy that it made of it. What it reads
// there is compared and thrown away, but the detector takes it for a race with
// whoever has that memory.
func TestReadRootDamaged(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	dir := filepath.Join(writeIndex(t, pageMapping(t, ""), randomPages(rand.New(rand.NewPCG(5, 6)), 0, 3), nil), "store")
	name := filepath.Join(dir, RootFile)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		// It may also be read, and then its digest tells.
		if _, err := ReadRoot(dir); err != nil && !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v, want %v", what, err, ErrRoot)
		}
		// Nobody holds it: the next writer need not wait.
		if db, err := bbolt.Open(name, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second}); err == nil {
			db.Close()
		} else if errors.Is(err, bolterrors.ErrTimeout) {
			t.Fatalf("%s: it is locked", what)
		}
	}
	used := 0 // bolt keeps room to grow behind it
	if db, err := bbolt.Open(name, 0o600, &bbolt.Options{ReadOnly: true}); err != nil {
		t.Fatal(err)
	} else if err := errors.Join(db.View(func(tx *bbolt.Tx) error { used = int(tx.Size()); return nil }), db.Close()); err != nil {
		t.Fatal(err)
	}
	for size := 0; size < len(whole); size += 512 {
		check(fmt.Sprintf("%d bytes", size), whole[:size])
		if _, err := ReadRoot(dir); (err == nil) != (size >= used) {
			t.Errorf("%d bytes of %d: %v", size, len(whole), err)
		}
	}
	for page := 0; page < len(whole); page += 4096 {
		for _, b := range []byte{0, 0xFF, 'x'} {
			data := slices.Clone(whole)
			for i := page; i < min(page+4096, len(data)); i++ {
				data[i] = b
			}
			check(fmt.Sprintf("page at %d is %x", page, b), data)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 300 {
		data := slices.Clone(whole)
		for range 1 + n/30 {
			data[r.IntN(len(data))] = byte(r.Uint32())
		}
		check(fmt.Sprintf("change %d", n), data)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRoot(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without one: %v", err)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("ReadRoot made one")
	}
}
