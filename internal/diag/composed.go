package diag

// Part is a run of a composed text and where it was written.
type Part struct {
	At    int    // where the run starts in the composed text
	Lines *Lines // of the file that it was written in
	From  int    // where it starts there
	Fixed bool   // all of it stands for the one place: a value, say
}

// Composed finds positions in a text that was put together of runs of several
// files. It is that of the first file, whose lines it has; the runs are in the
// order of the text, the first at its start.
func Composed(lines *Lines, parts []Part) *Lines {
	return &Lines{File: lines.File, text: lines.text, starts: lines.starts, parts: parts}
}

// Whole reports whether the lines are those of one file, as it is.
func (l *Lines) Whole() bool { return l.parts == nil }

// composed is the position of a byte of a composed text.
func (l *Lines) composed(offset int) Pos {
	at := 0
	for low, high := 0, len(l.parts); low < high; {
		if mid := (low + high) / 2; l.parts[mid].At <= offset {
			at, low = mid, mid+1
		} else {
			high = mid
		}
	}
	p := l.parts[at]
	if p.Fixed {
		return p.Lines.At(p.From)
	}
	return p.Lines.At(p.From + offset - p.At)
}

// source is the line that a position is about, which may be of another file
// than the first.
func (l *Lines) source(p Pos) string {
	if p.File != l.File {
		for _, part := range l.parts {
			if part.Lines.File == p.File {
				return part.Lines.Text(p.Line)
			}
		}
	}
	return l.Text(p.Line)
}
