package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// The machine's yardsticks: what explains why figures of two machines, or of two
// hours of one, differ.

// processors is how fast one processor hashes, all together, and how fast memory
// is had for the first time.
func processors() string {
	const size = 64 << 20
	data := make([]byte, size)
	start := time.Now()
	for i := 0; i < size; i += os.Getpagesize() {
		data[i] = 1
	}
	touched := rate(size, start)
	start = time.Now()
	sha256.Sum256(data)
	one := rate(size, start)
	var wg sync.WaitGroup
	start = time.Now()
	for range runtime.NumCPU() {
		wg.Go(func() { sha256.Sum256(data) })
	}
	wg.Wait()
	return fmt.Sprintf("SHA-256 on one processor %s, on all %s; memory touched for the first time %s", one, rate(size*runtime.NumCPU(), start), touched)
}

func rate(bytes int, since time.Time) string {
	return fmt.Sprintf("%.0f MB/s", float64(bytes)/(1<<20)/time.Since(since).Seconds())
}

// files is what a file of 8 kB costs in a folder, and what it costs to make one
// durable.
func files(dir string) (string, error) {
	dir, err := os.MkdirTemp(dir, "files-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	data := make([]byte, 8<<10)
	const n = 2000
	start := time.Now()
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), data, 0o644); err != nil {
			return "", err
		}
	}
	each := time.Since(start) / n
	f, err := os.Create(filepath.Join(dir, "durable"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	var synced []time.Duration
	for range 20 {
		start := time.Now()
		if _, err := f.Write(data); err != nil {
			return "", err
		}
		if err := f.Sync(); err != nil {
			return "", err
		}
		synced = append(synced, time.Since(start))
	}
	return fmt.Sprintf("a file made in %.0f µs, made durable in %.2f ms", float64(each.Nanoseconds())/1e3, part(synced, 0.5).Seconds()*1e3), nil
}
