//go:build race

package store

// raceDetector: bbolt follows a damaged page past the copy that it made of it.
// What it reads there is compared and thrown away, but the detector takes it
// for a race with whoever has that memory.
const raceDetector = true
