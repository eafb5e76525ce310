// Package publish keeps the releases of a site in one folder and says which
// of them is live.
//
// In: the files of a site, put one by one from any number of goroutines, the
// search template, and a search index made in a folder that this package
// names. Out: a release, a folder that never changes once it is complete:
//
//	<dir>/<id>/www/          the site's files
//	<dir>/<id>/search/       the search index
//	<dir>/<id>/search.html   the template of the search page
//	<dir>/<id>/redirects.map old addresses and where they lead, for nginx
//	<dir>/<id>/gone.map      addresses of withdrawn pages, for nginx
//	<dir>/<id>/policy.map    what pages may load, for nginx
//	<dir>/<id>/policy.caddy  the same for Caddy
//	<dir>/<id>/copies.sha256 the hashes of compressed copies, for sha256sum -c
//	<dir>/<id>/manifest.json what the release holds, written last, and when
//	                         it will be out of date
//	<dir>/current            the live release: a symbolic link to its <id>
//
// Writing and reading are different types: a Writer makes one release and
// ends with Commit or Abort; a Release reads one. Between them stand two
// rules, and everything else follows from these:
//
//   - A folder is a release exactly while it has a manifest.json. It is the
//     last file to be written and the first to be removed.
//   - The live release changes in one rename of `current`.
//
// So a build that dies at any moment leaves the live release as it was, and
// the next build removes what the dead one left.
//
// Files that are the same as in the live release become hard links to it,
// copies where the file system refuses links. They are linked only in Commit:
// when nothing has changed, not one link has to be made and removed again.
// Nothing is taken over that is not as the last build left it, by the inode and
// its times, or has the hash that it should have; see Left.
//
// Before the switch all is on the disk, and after it the switch is: a power cut
// loses nothing that was called live. To force tens of thousands of files there
// one by one costs more than the build, so it is done at once where the system
// can; see syncAll.
//
// The index is the search's affair; but one of its files, which other programs
// write again, must be known by what it says: see IndexRoot.
//
// Paths of files in a release are slash-separated and relative, and everything
// is written through os.Root, so that no path leads out of the folder.
package publish

import "errors"

// The errors that callers may want to tell apart. All of them arrive wrapped
// with the folder or the path they are about.
var (
	// ErrBusy says that another Writer or Rollback holds the folder.
	ErrBusy = errors.New("another build or rollback is at work here; try again when it has finished")
	// ErrNoRelease says that nothing has been built in the folder yet.
	ErrNoRelease = errors.New("no release here yet")
	// ErrIncomplete says that a release has no manifest: its build died, or it
	// is being removed.
	ErrIncomplete = errors.New("the release is not complete")
	// ErrSchema says that a release was made by another version of the program.
	ErrSchema = errors.New("the release was made by another version of the program; build it again")
	// ErrNothingOlder says that there is no release to roll back to.
	ErrNothingOlder = errors.New("there is no older release")
	// ErrPath says that a path could lead out of the release.
	ErrPath = errors.New("not a safe path inside a release")
	// ErrDuplicate says that a path was put twice into one release.
	ErrDuplicate = errors.New("put twice")
	// ErrClosed says that a Writer was used after Commit or Abort.
	ErrClosed = errors.New("the release is already committed or given up")
)

// Names inside the folder of releases.
const (
	currentName = "current"
	currentTemp = ".current.tmp"
	lockName    = ".lock"
	tickTemp    = ".tick.tmp" // see Writer.tick
)

// Names inside a release.
const (
	wwwName      = "www"
	searchName   = "search"
	templateName = "search.html"
	movedName    = "redirects.map"
	goneName     = "gone.map"
	policyName   = "policy.map"
	caddyName    = "policy.caddy"
	copiesName   = "copies.sha256"
	manifestName = "manifest.json"
	manifestTemp = "manifest.json.tmp"
)

const (
	dirMode  = 0o755
	fileMode = 0o644
)
