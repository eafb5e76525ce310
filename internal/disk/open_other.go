//go:build !unix

package disk

// WithoutWaiting is of no use where folders hold no pipes.
const WithoutWaiting = 0
