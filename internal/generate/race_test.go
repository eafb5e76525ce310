//go:build race

package generate

// raceDetector makes a test of many whole builds ten times as long. What runs
// beside what in a build, others try under it.
const raceDetector = true
