package fix

import "bytes"

// Name writes the name in a link by a name, [[old]], whose first sign is at the
// byte.
func Name(text []byte, offset int, old, word string) ([]byte, bool) {
	if offset < 0 || offset > len(text) {
		return text, false
	}
	open := bytes.Index(text[offset:], []byte("[["))
	if open < 0 || open > 1 { // ![[picture]]
		return text, false
	}
	at := offset + open + len("[[")
	at += len(text[at:]) - len(bytes.TrimLeft(text[at:], " "))
	if !bytes.HasPrefix(text[at:], []byte(old)) {
		return text, false
	}
	return append(append(bytes.Clone(text[:at]), word...), text[at+len(old):]...), true
}
