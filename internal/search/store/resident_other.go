//go:build !unix

package store

func giveBack([]byte) {}
