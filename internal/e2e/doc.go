// Package e2e holds the tests of the whole: which package may import which,
// the pages of a fixture site as golden files, the examples of docs/writing.md
// as a site of their own, and the project's own content built, checked page by
// page and searched through the server.
//
// Its only code reads those examples, also for the tests in a browser. In:
// docs/writing.md. Out: a content folder.
package e2e
