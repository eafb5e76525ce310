package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/util"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// RootFile names the segments that are the index. Its bytes are not to be
// relied on: bleve writes it again, with the time and its own statistics, each
// time somebody opens a folder for writing, even if only to count documents.
// What it says is Root.
const RootFile = "root.bolt"

// The format of segments, as the root names it.
const (
	segmentType    = "zap"
	segmentVersion = 17
)

// Root is what the root of an index says.
type Root struct {
	Parts    []Part            // the segments, by number
	Internal map[string][]byte // what is kept beside the documents, by keys of the caller's choice
}

// Part is a segment of an index, less the documents that do not count any more.
type Part struct {
	Number  int      // of the segment, see SegmentFile
	Deleted []uint32 // sorted
}

// SegmentFile is the name of a segment's file. Numbers up to 100 have one.
func SegmentFile(number int) string { return fmt.Sprintf("%012x.zap", number) }

// Digest tells roots apart that say different things. The order in which
// segments are listed is no difference.
func (r Root) Digest() string {
	h := sha256.New()
	var b []byte
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	b = binary.AppendUvarint(b, uint64(len(r.Parts)))
	for _, p := range slices.SortedFunc(slices.Values(r.Parts), func(p, q Part) int { return p.Number - q.Number }) {
		b = binary.AppendUvarint(b, uint64(p.Number))
		b = binary.AppendUvarint(b, uint64(len(p.Deleted)))
		for _, n := range p.Deleted {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Internal)) {
		text(key)
		text(string(r.Internal[key]))
	}
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}

// ErrLocked says that another program has an index open for writing.
var ErrLocked = errors.New("store: the index is open for writing elsewhere")

// ErrRoot says that a root is none that bleve could have made of one of ours.
var ErrRoot = errors.New("store: the root is damaged or of another index")

// lockTimeout is how long ReadRoot waits for a program that writes. Who only
// counts documents is done in less.
const lockTimeout = time.Second

// ReadRoot reads what the root of a folder says: the newest state of which
// bleve could open the segments. Nothing in the folder changes. Segments
// themselves are not read. The error may be ErrLocked or ErrRoot.
func ReadRoot(dir string) (r Root, err error) {
	name := filepath.Join(dir, RootFile)
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return Root{}, fmt.Errorf("store: %w", err)
	case !info.Mode().IsRegular() || info.Size() == 0:
		return Root{}, fmt.Errorf("%w: it is not a plain file, or empty", ErrRoot)
	}
	// The library maps the file, and trusts it: of one that was cut short or
	// overwritten it reads what is not there.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			r, err = Root{}, fmt.Errorf("%w: %v", ErrRoot, p)
		}
	}()
	db, err := util.OpenBolt(name, 0, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return Root{}, ErrLocked
	case isSystem(err):
		return Root{}, fmt.Errorf("store: %w", err)
	case err != nil:
		return Root{}, fmt.Errorf("%w: %w", ErrRoot, err)
	}
	defer func() {
		if e := db.Close(); err == nil && e != nil {
			err = fmt.Errorf("store: %w", e)
		}
	}()
	err = db.View(func(tx *util.BoltTxImpl) (err error) {
		if info.Size() < tx.Size() { // what is missing may be what only a writer needs
			return fmt.Errorf("%w: it is cut short", ErrRoot)
		}
		r, err = newest(tx, dir)
		return err
	})
	return r, err
}

// isSystem reports whether the system could not do something: the file itself
// may be as it should.
func isSystem(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

// errNotValid says that bleve would pass over a state for an older one.
var errNotValid = errors.New("not a state that opens")

// newest reads the state that bleve would open: from the end, the first that
// is valid.
func newest(tx *util.BoltTxImpl, dir string) (Root, error) {
	states := tx.Bucket(util.BoltSnapshotsBucket)
	if states == nil {
		return Root{}, fmt.Errorf("%w: it holds no state", ErrRoot)
	}
	cursor := states.Cursor()
	for key, _ := cursor.Last(); key != nil; key, _ = cursor.Prev() {
		if _, ok := number(key); !ok {
			continue
		}
		state := states.GetBucket(key)
		if state == nil {
			continue
		}
		r, err := readState(state, dir)
		if errors.Is(err, errNotValid) {
			continue
		}
		return r, err
	}
	return Root{}, fmt.Errorf("%w: it holds no state that opens", ErrRoot)
}

func readState(state *util.BoltBucketImpl, dir string) (Root, error) {
	meta := state.GetBucket(util.BoltMetaDataKey)
	if meta == nil {
		return Root{}, errNotValid
	}
	kind := string(meta.Bucket.Get(util.BoltMetaDataSegmentTypeKey))
	version := meta.Bucket.Get(util.BoltMetaDataSegmentVersionKey)
	encoded := meta.Bucket.Get(util.BoltMetaDataFileWriterIDKey)
	if len(version) < 4 || len(encoded) > 0 || !slices.Contains(scorch.SupportedSegmentTypeVersions(kind), binary.BigEndian.Uint32(version)) {
		return Root{}, errNotValid
	}
	if kind != segmentType || binary.BigEndian.Uint32(version) != segmentVersion {
		return Root{}, fmt.Errorf("%w: its segments are %s %d", ErrRoot, kind, binary.BigEndian.Uint32(version))
	}
	r := Root{Internal: map[string][]byte{}}
	cursor := state.Cursor()
	for key, _ := cursor.First(); key != nil; key, _ = cursor.Next() {
		bucket := state.GetBucket(key)
		switch {
		case bucket == nil:
			return Root{}, errNotValid
		case key[0] == util.BoltMetaDataKey[0]:
		case key[0] == util.BoltInternalKey[0]:
			err := bucket.Bucket.ForEach(func(k, v []byte) error {
				if string(k) != string(util.TotBytesWrittenKey) { // bleve's statistics
					r.Internal[string(k)] = append([]byte{}, v...)
				}
				return nil
			})
			if err != nil {
				return Root{}, fmt.Errorf("store: %w", err)
			}
		default:
			p, err := readPart(key, bucket, dir)
			if err != nil {
				return Root{}, err
			}
			r.Parts = append(r.Parts, p)
		}
	}
	return r, nil
}

// readPart reads what a state says of a segment.
func readPart(key []byte, bucket *util.BoltBucketImpl, dir string) (Part, error) {
	n, ok := number(key)
	file := string(bucket.Bucket.Get(util.BoltPathKey))
	if !ok || file == "" {
		return Part{}, errNotValid
	}
	switch info, err := os.Stat(filepath.Join(dir, file)); {
	case errors.Is(err, fs.ErrNotExist):
		return Part{}, errNotValid
	case err != nil:
		return Part{}, fmt.Errorf("store: %w", err)
	case !info.Mode().IsRegular():
		return Part{}, fmt.Errorf("%w: %s is not a plain file", ErrRoot, file)
	}
	if n > 1<<31-1 || file != SegmentFile(int(n)) {
		return Part{}, fmt.Errorf("%w: segment %d is in %q", ErrRoot, n, file)
	}
	p := Part{Number: int(n)}
	if data := bucket.Bucket.Get(util.BoltDeletedKey); data != nil {
		var deleted roaring.Bitmap
		if err := deleted.UnmarshalBinary(data); err != nil {
			return Part{}, errNotValid
		}
		if !deleted.IsEmpty() {
			p.Deleted = deleted.ToArray()
		}
	}
	// Statistics are of fields that we have not; but what bleve cannot read
	// keeps it from the state.
	if data := bucket.Bucket.Get(util.BoltStatsKey); data != nil && json.Unmarshal(data, &map[string]map[string]uint64{}) != nil {
		return Part{}, errNotValid
	}
	if bucket.Bucket.Get(util.BoltUpdatedFieldsKey) != nil {
		return Part{}, fmt.Errorf("%w: fields were taken from it", ErrRoot)
	}
	return p, nil
}

// WriteRoot completes a folder of segments.
//
// The file must not be one that a reader may have open: whoever writes it
// locks it, and bleve locks the file, not its name.
func WriteRoot(dir string, r Root) (err error) {
	db, err := util.OpenBolt(filepath.Join(dir, RootFile), 0o644, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Update(func(tx *util.BoltTxImpl) error { return fillRoot(tx, r) })
}

// firstEpoch is the number of the only state that a folder of ours holds.
const firstEpoch = 1

// fillRoot writes what bleve's persister writes for a snapshot, but for the
// time: the same parts give the same root.
func fillRoot(tx *util.BoltTxImpl, r Root) error {
	plain, err := util.NewFileWriter(nil)
	if err != nil {
		return err
	}
	snapshots, err := tx.CreateBucketIfNotExists(util.BoltSnapshotsBucket)
	if err != nil {
		return err
	}
	snapshot, err := snapshots.CreateBucketIfNotExists(numberKey(firstEpoch))
	if err != nil {
		return err
	}
	meta, err := snapshot.CreateBucketIfNotExists(util.BoltMetaDataKey)
	if err != nil {
		return err
	}
	// As long as bleve makes it: it keeps room for a number of any length.
	version := make([]byte, binary.MaxVarintLen32)
	binary.BigEndian.PutUint32(version, segmentVersion)
	own, err := snapshot.CreateBucketIfNotExists(util.BoltInternalKey)
	if err != nil {
		return err
	}
	err = errors.Join(
		meta.Put(util.BoltMetaDataSegmentTypeKey, []byte(segmentType), nil),
		meta.Put(util.BoltMetaDataSegmentVersionKey, version, nil),
		meta.Put(util.BoltMetaDataFileWriterIDKey, []byte(plain.Id()), plain),
		meta.Put(util.BoltMetaDataTimeStamp, []byte("2026-01-01T00:00:00Z"), plain),
	)
	for k, v := range r.Internal {
		err = errors.Join(err, own.Put([]byte(k), v, plain))
	}
	for _, p := range r.Parts {
		bucket, e := snapshot.CreateBucketIfNotExists(numberKey(p.Number))
		if e != nil {
			return e
		}
		err = errors.Join(err, bucket.Put(util.BoltPathKey, []byte(SegmentFile(p.Number)), plain))
		if len(p.Deleted) > 0 {
			err = errors.Join(err, bucket.Put(util.BoltDeletedKey, appendBitmap(nil, p.Deleted), plain))
		}
	}
	return err
}

// bleve writes numbers so that keys sort like them: one byte for a small one,
// else a byte for how many follow.
const (
	smallKey    = 136
	biggestKey  = 109 // number in one byte
	longKey     = smallKey + biggestKey
	mostKeyByte = 8
)

func numberKey(n int) []byte { return []byte{smallKey + byte(n)} }

// number reads a key.
func number(key []byte) (uint64, bool) {
	if len(key) == 0 || key[0] < smallKey {
		return 0, false
	}
	if key[0] <= longKey {
		return uint64(key[0] - smallKey), true
	}
	size := int(key[0] - longKey)
	if size > mostKeyByte || len(key) < 1+size {
		return 0, false
	}
	n := uint64(0)
	for _, b := range key[1 : 1+size] {
		n = n<<8 | uint64(b)
	}
	return n, true
}
