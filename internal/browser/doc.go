// Package browser tests the built-in theme in a real browser, headless
// Chromium: a small site is built from testdata/site, another from the examples
// of docs/writing.md. Both are served by the real server, and used as readers
// use them, by keyboard, mouse, input method, on a phone, on paper and without
// JavaScript.
//
// The tests name what is on a page by its role and its name, as a screen
// reader does, never by a class. Each demands also that the console stays
// empty and that nothing is asked of another host.
//
// It has no code. Where no browser is found the tests are skipped; where CI is
// set in the environment they fail.
package browser
