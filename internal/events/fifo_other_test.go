//go:build !unix

package events

import "errors"

func mkfifo(string) error { return errors.ErrUnsupported }
