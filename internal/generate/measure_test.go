package generate

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
	"testing/fstest"
)

func TestSizes(t *testing.T) {
	t.Parallel()
	var png300 bytes.Buffer
	if err := png.Encode(&png300, image.NewGray(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 200)), nil); err != nil {
		t.Fatal(err)
	}
	riff := func(kind string, data ...byte) string {
		return "RIFF\x00\x00\x00\x00WEBP" + kind + "\x00\x00\x00\x00" + string(data) + "\x00\x00\x00\x00\x00\x00\x00\x00"
	}
	box := func(kind, data string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(data)))) + kind + data
	}
	ispe := func(w, h uint32) string {
		return box("ispe", string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 4), w), h)))
	}
	avif := box("ftyp", "avif\x00\x00\x00\x00") + box("meta", "\x00\x00\x00\x00"+box("iprp", box("ipco", ispe(64, 64)+ispe(300, 200))))
	film := func(straight, w, h uint32) string {
		tkhd := make([]byte, 40)
		for _, n := range []uint32{straight, 0x10000 - straight, 0, 0, 0, 0, 0, 0, 0, w << 16, h << 16} {
			tkhd = binary.BigEndian.AppendUint32(tkhd, n)
		}
		sound := box("trak", box("tkhd", string(make([]byte, 84))))
		return box("ftyp", "isom") + box("mdat", "frames") + box("moov", box("mvhd", "x")+sound+box("trak", box("tkhd", string(tkhd))))
	}
	turned := func(orientation byte) string {
		exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{orientation}) + "\x00\x00\x00\x00\x00\x00"
		part := "\xFF\xE1" + string(binary.BigEndian.AppendUint16(nil, uint16(2+len(exif)))) + exif
		return photo.String()[:2] + part + photo.String()[2:]
	}
	for _, c := range []struct {
		name, file, data string
		width, height    int
	}{
		{"png", "a.png", png300.String(), 300, 200},
		{"an end in capitals", "a.PNG", png300.String(), 300, 200},
		{"jpeg", "a.jpg", photo.String(), 300, 200},
		{"a photo that stands", "a.jpg", turned(6), 200, 300},
		{"a photo on its head", "a.jpg", turned(3), 300, 200},
		{"webp with losses", "a.webp", riff("VP8 ", 0, 0, 0, 0x9D, 1, 0x2A, 0x2C, 0x41, 200, 0), 300, 200},
		{"webp without", "a.webp", riff("VP8L", 0x2F, 0x2B, 0xC1, 0x31, 0), 300, 200},
		{"webp with more in it", "a.webp", riff("VP8X", 0, 0, 0, 0, 0x2B, 1, 0, 199, 0, 0), 300, 200},
		{"avif", "a.avif", avif, 300, 200},
		{"avif that is turned", "a.avif", avif + box("irot", "\x01"), 200, 300},
		{"film", "a.mp4", film(0x10000, 300, 200), 300, 200},
		{"film that was turned", "a.MOV", film(0, 300, 200), 200, 300},
		{"sound alone", "a.mp4", film(0x10000, 0, 0), 0, 0},
		{"a film that is cut short", "a.mp4", film(0x10000, 300, 200)[:80], 0, 0},
		{"svg with a size", "a.svg", `<?xml version="1.0"?><!-- <x> --><svg width="300" height="200px" viewBox="0 0 30 20">`, 300, 200},
		{"svg with a width", "a.svg", `<svg viewBox="0 0 30 20" width="300">`, 300, 200},
		{"svg with a height", "a.svg", `<svg viewBox='0,0,30,20' height='200'>`, 300, 200},
		{"svg with proportions", "a.svg", "<svg\n viewBox=\"0 0 299.6 200\">", 300, 200},
		{"svg as wide as there is room", "a.svg", `<svg width="100%" height="100%" viewBox="0 0 300 200">`, 300, 200},
		{"svg without any", "a.svg", `<svg stroke-width="3">`, 0, 0},
		{"svg of a size that is none", "a.svg", `<svg viewBox="0 0 1e300 1">`, 0, 0},
		{"cut short", "a.webp", "RIFF", 0, 0},
		{"cut short", "a.avif", box("ftyp", "avif") + "ispe", 0, 0},
		{"cut short", "a.png", "\x89PNG", 0, 0},
		{"no image", "a.webp", "<html>", 0, 0},
		{"no image", "a.txt", "a", 0, 0},
	} {
		a := measure(fstest.MapFS{c.file: {Data: []byte(c.data)}}, c.file)
		if a.Width != c.width || a.Height != c.height {
			t.Errorf("%s: %s has %d × %d, want %d × %d", c.name, c.file, a.Width, a.Height, c.width, c.height)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"RIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x0Cftypavif\x00\x00\x00\x14ispe", "<svg width='1' viewBox='0 0 1 1'>", "\xFF\xD8\xFF\xE1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01"} {
		f.Add([]byte(s))
	}
	f.Add([]byte("\x00\x00\x00\x01moov\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"a.webp", "a.avif", "a.svg", "a.jpg", "a.mp4"} {
			if a := measure(fstest.MapFS{name: {Data: data}}, name); a.Width < 0 || a.Height < 0 {
				t.Errorf("%s has %d × %d", name, a.Width, a.Height)
			}
		}
	})
}
