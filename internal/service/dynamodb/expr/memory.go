package expr

import "sync"

// Memory keeps what was made of texts before, up to a number of them and up to
// a size of their texts. It may be used from any number of goroutines.
type Memory[K comparable, V any] struct {
	mu     sync.RWMutex
	young  map[K]V // not more than half, nor of more text than halfBytes
	old    map[K]V // what was young before
	half   int
	bytes  int // of the young ones' texts
	parsed int // how many texts had to be parsed, for tests
}

// halfBytes bounds the texts in half of a memory. A tree of package expr takes
// some twenty times the memory of its text.
const halfBytes = 512 << 10

// NewMemory returns a memory of about size texts.
func NewMemory[K comparable, V any](size int) *Memory[K, V] {
	return &Memory[K, V]{half: max(size/2, 1), young: map[K]V{}}
}

// Of returns what parse makes of the text of this key, whose length is bytes,
// or more for what takes more memory than trees of expressions do.
// Faulty texts are not kept: whoever sends those pays for them.
func (m *Memory[K, V]) Of(key K, bytes int, parse func() (V, error)) (V, error) {
	m.mu.RLock()
	v, young := m.young[key]
	known := young
	if !young {
		v, known = m.old[key]
	}
	m.mu.RUnlock()
	if young {
		return v, nil
	}
	if !known {
		var err error
		if v, err = parse(); err != nil {
			return v, err
		}
	}
	m.keep(key, bytes, v)
	return v, nil
}

// keep puts a value among the young. When these are many they become the old,
// and what was old and has not been asked for since is forgotten.
func (m *Memory[K, V]) keep(key K, bytes int, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.old[key]; !known {
		m.parsed++
	}
	if len(m.young) >= m.half || m.bytes+bytes > halfBytes {
		m.old, m.young, m.bytes = m.young, map[K]V{}, 0
	}
	if _, known := m.young[key]; !known {
		m.bytes += bytes
	}
	m.young[key] = v
}
