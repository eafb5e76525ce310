package publish

// Fresh makes the Writer compare with nothing and link from nothing: every
// file is written again, and Commit makes a release even if nothing changed.
// It must be called before the first file is put.
func (w *Writer) Fresh() { w.live = nil }
