package lambda

import (
	"bytes"
	"sync"

	"cloudless/internal/api"
	"cloudless/internal/storage/kv"
)

// maxRecalled is how many functions are kept decoded.
const maxRecalled = 1000

// recall keeps what was decoded for the last invocations. To decode a function,
// to write its policy and to digest what its environment is made of takes ten times
// as long as to read it, and all of it follows from the bytes of its record. These are read
// for each invocation and compared, so nothing here is ever out of date,
// whoever has written.
type recall struct {
	mu    sync.Mutex
	known map[string]*recalled // by key
}

// recalled is a function with what follows from it. Nobody changes it.
type recalled struct {
	record      []byte
	function    *function
	policy      string     // as a document, or ""
	tags        []api.Fact // for policies
	environment Environment
}

// recallFunction returns the version under a key. absent is the error if there is
// none.
func (s *Service) recallFunction(r kv.Reader, n name, absent error) (*recalled, error) {
	key, err := n.recordKey()
	if err != nil {
		return nil, absent
	}
	record, err := get(r, key, absent)
	if err != nil {
		return nil, err
	}
	if known := s.recall.find(key); known != nil && bytes.Equal(known.record, record) {
		return known, nil
	}
	f := &function{}
	if err := decodeRecord(record, f); err != nil {
		return nil, err
	}
	known := &recalled{record: bytes.Clone(record), function: f, policy: f.Policy.document(), tags: resourceTags(f.Tags), environment: s.environment(f)}
	s.recall.keep(key, known)
	return known, nil
}

func (c *recall) find(key []byte) *recalled {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[string(key)]
}

func (c *recall) keep(key []byte, one *recalled) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxRecalled {
		c.known = make(map[string]*recalled) // those in use come back with their next invocation
	}
	c.known[string(key)] = one
}
