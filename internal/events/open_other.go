//go:build !unix

package events

// withoutWaiting is of no use where folders hold no pipes.
const withoutWaiting = 0
