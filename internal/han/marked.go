package han

// Joint stands in marked text where a name that is written as one changes from
// small letters to large ones: getUserById is get, User, By, Id.
const Joint = '\x1F'

// AppendMarked appends the characters of folded text as AppendFolded does, and
// a Joint at each such place. What compares text leaves Joints out.
func AppendMarked(dst []rune, s string) []rune {
	from := 0
	for i := 1; i < len(s); i++ {
		if c := s[i]; c < 'A' || c > 'Z' {
			continue
		}
		before := s[i-1]
		small := before >= 'a' && before <= 'z'
		last := before >= 'A' && before <= 'Z' && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' // HTTPServer
		if small || last {
			dst = append(AppendFolded(dst, s[from:i]), Joint)
			from = i
		}
	}
	return AppendFolded(dst, s[from:])
}
