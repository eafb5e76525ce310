package generate

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/gif"  // sizes of images
	_ "image/jpeg" // sizes of images
	_ "image/png"  // sizes of images
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"whyfix/internal/site"
)

// maxHead is how much of an image is looked at for its size.
const maxHead = 64 << 10

// measure finds the size of an image, so that a page does not jump when it
// arrives. What it cannot read has no size.
func measure(fsys fs.FS, p string) site.Asset {
	a := site.Asset{Path: p}
	ext := strings.ToLower(path.Ext(p))
	switch ext {
	case ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".mp4", ".m4v", ".mov":
	default:
		return a
	}
	f, err := fsys.Open(p)
	if err != nil {
		return a
	}
	defer f.Close()
	if ext == ".mp4" || ext == ".m4v" || ext == ".mov" {
		if r, ok := f.(io.ReaderAt); ok {
			if info, err := f.Stat(); err == nil {
				a.Width, a.Height = filmSize(r, 0, info.Size(), 0)
			}
		}
		return a
	}
	head, _ := io.ReadAll(io.LimitReader(f, maxHead)) // what can be read is enough, or the image has no size
	switch ext {
	case ".svg":
		a.Width, a.Height = svgSize(head)
	case ".webp":
		a.Width, a.Height = webpSize(head)
	case ".avif":
		a.Width, a.Height = avifSize(head)
	default:
		if c, kind, err := image.DecodeConfig(io.MultiReader(bytes.NewReader(head), f)); err == nil {
			a.Width, a.Height = c.Width, c.Height
			if kind == "jpeg" && lying(head) {
				a.Width, a.Height = c.Height, c.Width
			}
		}
	}
	return a
}

var (
	svgTag       = regexp.MustCompile(`<svg\b[^>]*>`)
	svgAttribute = regexp.MustCompile(`\s(width|height|viewBox)\s*=\s*["']\s*([^"']*?)\s*["']`)
	svgLength    = regexp.MustCompile(`^([\d.]+)(?:px)?$`)
)

// svgSize is what the drawing says of its size, else of its proportions.
func svgSize(head []byte) (width, height int) {
	var w, h, boxW, boxH float64
	for _, m := range svgAttribute.FindAllSubmatch(svgTag.Find(head), -1) {
		switch value := string(m[2]); string(m[1]) {
		case "viewBox":
			if box := strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' || r == '\r' }); len(box) == 4 {
				boxW, _ = strconv.ParseFloat(box[2], 64)
				boxH, _ = strconv.ParseFloat(box[3], 64)
			}
		case "width":
			w = svgNumber(value)
		case "height":
			h = svgNumber(value)
		}
	}
	proportions := boxW > 0 && boxH > 0
	switch {
	case w > 0 && h > 0:
	case w > 0 && proportions:
		h = w * boxH / boxW
	case h > 0 && proportions:
		w = h * boxW / boxH
	case proportions:
		w, h = boxW, boxH
	default:
		return 0, 0
	}
	if w > 1e6 || h > 1e6 {
		return 0, 0
	}
	return int(w + 0.5), int(h + 0.5)
}

// svgNumber is a length in pixels; 0 for one in other units.
func svgNumber(s string) float64 {
	m := svgLength.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(m[1], 64)
	return n
}

// webpSize reads the three kinds of WebP: https://developers.google.com/speed/webp/docs/riff_container
func webpSize(head []byte) (width, height int) {
	if len(head) < 30 || string(head[:4]) != "RIFF" || string(head[8:12]) != "WEBP" {
		return 0, 0
	}
	switch data := head[20:]; string(head[12:16]) {
	case "VP8 ":
		if data[3] != 0x9D || data[4] != 0x01 || data[5] != 0x2A {
			return 0, 0
		}
		return int(binary.LittleEndian.Uint16(data[6:]) & 0x3FFF), int(binary.LittleEndian.Uint16(data[8:]) & 0x3FFF)
	case "VP8L":
		bits := binary.LittleEndian.Uint32(data[1:])
		if data[0] != 0x2F {
			return 0, 0
		}
		return int(bits&0x3FFF) + 1, int(bits>>14&0x3FFF) + 1
	case "VP8X":
		return 1 + int(data[4]) + int(data[5])<<8 + int(data[6])<<16, 1 + int(data[7]) + int(data[8])<<8 + int(data[9])<<16
	}
	return 0, 0
}

// avifSize is the largest of the sizes that an AVIF file names: others are of
// its tiles or of a preview.
func avifSize(head []byte) (width, height int) {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return 0, 0
	}
	turned := false
	for rest := head; ; {
		at := bytes.Index(rest, []byte("ispe"))
		if at < 0 || len(rest) < at+16 {
			break
		}
		w, h := binary.BigEndian.Uint32(rest[at+8:]), binary.BigEndian.Uint32(rest[at+12:])
		if w < 1<<20 && h < 1<<20 && int(w)*int(h) > width*height {
			width, height = int(w), int(h)
		}
		rest = rest[at+16:]
	}
	if at := bytes.Index(head, []byte("\x00\x00\x00\x09irot")); at >= 0 && len(head) > at+8 {
		turned = head[at+8]&1 == 1
	}
	if turned {
		return height, width
	}
	return width, height
}

// filmSize looks for the size of a film in the boxes of an MP4 file: its tracks
// say theirs, and a track of sound has none. What lies before them, often all
// of the film, is passed over.
func filmSize(r io.ReaderAt, at, end int64, depth int) (width, height int) {
	var head [16]byte
	for boxes := 0; at+8 <= end && boxes < 1000; boxes++ {
		if n, _ := r.ReadAt(head[:], at); n < 8 {
			return 0, 0
		}
		size, body := int64(binary.BigEndian.Uint32(head[:])), at+8
		switch size {
		case 0:
			size = end - at
		case 1:
			size, body = int64(binary.BigEndian.Uint64(head[8:])), at+16
		}
		if size < body-at || size > end-at {
			return 0, 0
		}
		switch kind := string(head[4:8]); {
		case (kind == "moov" || kind == "trak") && depth < 2:
			if width, height = filmSize(r, body, at+size, depth+1); width > 0 {
				return width, height
			}
		case kind == "tkhd":
			// The last bytes: how it is turned, in nine numbers, then its size, in 65536ths.
			var last [44]byte
			if n, _ := r.ReadAt(last[:], at+size-44); n == len(last) && size >= 44+8 {
				w, h := int(binary.BigEndian.Uint16(last[36:])), int(binary.BigEndian.Uint16(last[40:]))
				if a, b := binary.BigEndian.Uint32(last[:]), binary.BigEndian.Uint32(last[4:]); a == 0 && b != 0 {
					w, h = h, w
				}
				return w, h
			}
		}
		at += size
	}
	return 0, 0
}

// lying reports whether a photo is shown turned by a quarter, as its camera
// says.
func lying(head []byte) bool {
	at := bytes.Index(head, []byte("Exif\x00\x00"))
	if at < 0 || len(head) < at+14 {
		return false
	}
	tiff := head[at+6:]
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	first := int(order.Uint32(tiff[4:]))
	if first < 8 || first+2 > len(tiff) {
		return false
	}
	for i := range int(order.Uint16(tiff[first:])) {
		entry := first + 2 + 12*i
		if entry+12 > len(tiff) {
			return false
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			orientation := order.Uint16(tiff[entry+8:])
			return orientation >= 5 && orientation <= 8
		}
	}
	return false
}
