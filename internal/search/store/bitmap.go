package store

import "encoding/binary"

// A list of documents is kept as a roaring bitmap in its portable format:
// numbers that share their upper half are a container, which is a list of the
// lower halves, or 8 kB of bits where the list would be longer.
// https://github.com/RoaringBitmap/RoaringFormatSpec
const (
	bitmapCookie   = 12346 // of bitmaps without runs
	longestList    = 4096  // numbers of a container that is a list
	containerBytes = 8192  // of one that is not
)

// appendBitmap appends the bitmap of sorted numbers.
func appendBitmap(out []byte, numbers []uint32) []byte {
	containers := 0
	for i, n := range numbers {
		if i == 0 || n>>16 != numbers[i-1]>>16 {
			containers++
		}
	}
	out = binary.LittleEndian.AppendUint32(out, bitmapCookie)
	out = binary.LittleEndian.AppendUint32(out, uint32(containers))
	at := 8 + 8*containers // where the next container starts
	head := len(out)
	out = append(out, make([]byte, 8*containers)...)
	for i := 0; containers > 0 && len(numbers) > 0; i++ {
		n := 1
		for n < len(numbers) && numbers[n]>>16 == numbers[0]>>16 {
			n++
		}
		binary.LittleEndian.PutUint16(out[head+4*i:], uint16(numbers[0]>>16))
		binary.LittleEndian.PutUint16(out[head+4*i+2:], uint16(n-1))
		binary.LittleEndian.PutUint32(out[head+4*containers+4*i:], uint32(at))
		if n <= longestList {
			for _, v := range numbers[:n] {
				out = binary.LittleEndian.AppendUint16(out, uint16(v))
			}
			at += 2 * n
		} else {
			start := len(out)
			out = append(out, make([]byte, containerBytes)...)
			for _, v := range numbers[:n] {
				low := v & 0xFFFF
				out[start+int(low>>3)] |= 1 << (low & 7)
			}
			at += containerBytes
		}
		numbers = numbers[n:]
	}
	return out
}
