package publish

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"
)

// An id is the time of the build in UTC and a number, such as
// "20260102T150405-8f3a01bc". Ids sort by time as strings.
const (
	stampLayout = "20060102T150405"
	stampLen    = len(stampLayout)
	idLen       = stampLen + 1 + 8
)

// newID is an id for a build at now that sorts after newest, the last id in
// the folder or "". The number is random, so that two machines which publish
// the same site do not share ids. It continues from newest when that is of the
// same second or, because a clock was set back, of a later one.
func newID(now time.Time, newest string) string {
	stamp, number := now.UTC().Format(stampLayout), uint64(random())
	if newest != "" && stamp <= newest[:stampLen] {
		stamp, number = newest[:stampLen], numberOf(newest)+1+uint64(random()>>16)
		if number>>32 != 0 { // this second has no numbers left
			stamp, number = timeOf(newest).Add(time.Second).Format(stampLayout), uint64(random())
		}
	}
	return fmt.Sprintf("%s-%08x", stamp, number)
}

func random() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return binary.BigEndian.Uint32(b[:])
}

// validID reports whether a name has the shape of an id.
func validID(s string) bool {
	if len(s) != idLen || s[stampLen] != '-' {
		return false
	}
	for _, c := range []byte(s[stampLen+1:]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	_, err := time.Parse(stampLayout, s[:stampLen])
	return err == nil
}

// timeOf is the time in a valid id, to the second.
func timeOf(id string) time.Time {
	t, _ := time.Parse(stampLayout, id[:stampLen])
	return t
}

// numberOf is the number in a valid id.
func numberOf(id string) uint64 {
	n, _ := strconv.ParseUint(id[stampLen+1:], 16, 32)
	return n
}
