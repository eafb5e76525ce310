// Package e2e holds the tests of the whole: which package may import which,
// the pages of a fixture site as golden files, and the project's own content
// built, checked page by page and searched through the server. It has no code
// of its own.
package e2e
