//go:build !unix

package publish

// withoutWaiting is of no use where folders hold no pipes.
const withoutWaiting = 0
