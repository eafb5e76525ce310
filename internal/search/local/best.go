package local

// The best of many, without sorting them all.

// threshold is the score of the n-th best article.
func (f *finding) threshold(n int) float32 {
	d := f.desk
	d.heap = d.heap[:0]
	for _, doc := range d.touched {
		s := d.scores[doc]
		if len(d.heap) < n {
			d.heap = append(d.heap, s)
			if len(d.heap) == n {
				for i := n/2 - 1; i >= 0; i-- {
					sink(d.heap, i)
				}
			}
		} else if s > d.heap[0] {
			d.heap[0] = s
			sink(d.heap, 0)
		}
	}
	return d.heap[0]
}

// sink puts a number into its place in a heap with the least on top.
func sink(heap []float32, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1] < heap[child] {
			child++
		}
		if heap[i] <= heap[child] {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}

// bestFirst moves the n articles with the highest scores to the front, in no
// order: sorting thousands to read hundreds would cost more than the rest.
func (f *finding) bestFirst(found []uint32, n int) {
	worse := func(a, b uint32) bool { return f.better(a, b) > 0 }
	if len(found) <= n {
		return
	}
	// found[:n] is a heap with the worst on top.
	down := func(i int) {
		for {
			child := 2*i + 1
			if child >= n {
				return
			}
			if child+1 < n && worse(found[child+1], found[child]) {
				child++
			}
			if !worse(found[child], found[i]) {
				return
			}
			found[i], found[child] = found[child], found[i]
			i = child
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		down(i)
	}
	for i := n; i < len(found); i++ {
		if worse(found[0], found[i]) {
			found[0], found[i] = found[i], found[0]
			down(0)
		}
	}
}
