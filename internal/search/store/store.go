// Package store writes the folders in which bleve keeps its indexes: segments,
// and the root that says which of them are the index.
//
// In: the terms of documents, gathered in runs of some documents each. Out: a
// folder that bleve opens like any of its own.
//
// bleve can write them itself. But it wants a map of all terms for every field
// of every document, with frequencies and places that nobody here asks for,
// and that alone is more than a build may cost. Whoever has the terms sorted
// already writes the same file in a fraction of the time. Files are of bleve's
// format zap 17 (zap.md in github.com/blevesearch/zapx/v17); the tests compare
// them with those of bleve.
package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2/util"
)

// rootFile names the segments that are the index.
const rootFile = "root.bolt"

// The format of segments, as the root names it.
const (
	segmentType    = "zap"
	segmentVersion = 17
)

// Part is a segment of an index, less the documents that do not count any more.
type Part struct {
	Number  int // of the segment, see SegmentFile
	Deleted []uint32
}

// SegmentFile is the name of a segment's file. Numbers up to 100 have one.
func SegmentFile(number int) string { return fmt.Sprintf("%012x.zap", number) }

// WriteRoot completes a folder of segments: they are the index, in this order,
// with what else it holds by keys of the caller's choice.
//
// The file must not be one that a reader may have open: whoever writes it
// locks it, and bleve locks the file, not its name.
func WriteRoot(dir string, parts []Part, internal map[string][]byte) (err error) {
	db, err := util.OpenBolt(filepath.Join(dir, rootFile), 0o644, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Update(func(tx *util.BoltTxImpl) error { return fillRoot(tx, parts, internal) })
}

// firstEpoch is the number of the only state that a folder of ours holds.
const firstEpoch = 1

// fillRoot writes what bleve's persister writes for a snapshot, but for the
// time: the same parts give the same root.
func fillRoot(tx *util.BoltTxImpl, parts []Part, internal map[string][]byte) error {
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
	for k, v := range internal {
		err = errors.Join(err, own.Put([]byte(k), v, plain))
	}
	for _, p := range parts {
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

// numberKey is how bleve writes a small number so that keys sort like numbers.
func numberKey(n int) []byte { return []byte{136 + byte(n)} }

// create makes a file that nobody had.
func create(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return f, nil
}
