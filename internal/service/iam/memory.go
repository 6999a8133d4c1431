package iam

import (
	"bytes"
	"errors"
	"sync"

	"cloudless/internal/storage/kv"
)

// memory keeps what was made of records of the store, with the records
// themselves. They are read anew each time, and what was made of them counts
// only if they are still the same bytes; so it has no say in what holds. The
// zero memory is empty.
type memory[K comparable, V any] struct {
	mu    sync.RWMutex
	known map[K]*knowledge[V] // guarded by mu
}

// knowledge is a value and the records that it was made of.
type knowledge[V any] struct {
	value   V
	sources []kv.Pair
}

// maxKnown bounds what one memory keeps.
const maxKnown = 4096

// read returns the value of a key, made by from out of what it reads, or what
// was made of the same before.
func (m *memory[K, V]) read(r kv.Reader, key K, from func(kv.Reader) (V, error)) (V, error) {
	m.mu.RLock()
	k := m.known[key]
	m.mu.RUnlock()
	if k != nil {
		if fresh, err := k.isFresh(r); err != nil || fresh {
			return k.value, err
		}
	}
	notes := &noteTaker{Reader: r}
	value, err := from(notes)
	if err == nil {
		m.put(key, &knowledge[V]{value, notes.taken})
	}
	return value, err
}

// put keeps k, in place of any other when there are too many.
func (m *memory[K, V]) put(key K, k *knowledge[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxKnown {
		for other := range m.known {
			delete(m.known, other)
			break
		}
	}
	if m.known == nil {
		m.known = make(map[K]*knowledge[V])
	}
	m.known[key] = k
}

// isFresh tells whether the records are still the same.
func (k *knowledge[V]) isFresh(r kv.Reader) (bool, error) {
	for _, s := range k.sources {
		value, err := r.Get(s.Key)
		if errors.Is(err, kv.ErrNotFound) || err == nil && !bytes.Equal(value, s.Value) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// noteTaker is a reader that remembers what was read.
type noteTaker struct {
	kv.Reader
	taken []kv.Pair
}

func (n *noteTaker) Get(key []byte) ([]byte, error) {
	value, err := n.Reader.Get(key)
	if err == nil {
		n.taken = append(n.taken, kv.Pair{Key: key, Value: bytes.Clone(value)})
	}
	return value, err
}
