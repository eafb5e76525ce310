package cluster

import "sync"

// kept are answers of the cluster that need not be asked for again: an index
// does not change. What was not wanted for long goes when there is no more room,
// so memory does not grow with the articles.
type kept[V any] struct {
	mu         sync.Mutex
	young, old map[string]V
	size, most int // of the young, in bytes or so
}

func newKept[V any](most int) *kept[V] { return &kept[V]{young: map[string]V{}, most: most / 2} }

func (k *kept[V]) get(key string) (V, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, known := k.young[key]
	if !known {
		v, known = k.old[key]
	}
	return v, known
}

// put keeps an answer. Who is wanted again is put again.
func (k *kept[V]) put(key string, v V, size int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.young[key]; known {
		return
	}
	k.young[key] = v
	if k.size += size + len(key); k.size > k.most {
		k.young, k.old, k.size = map[string]V{}, k.young, 0
	}
}
