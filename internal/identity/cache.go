package identity

import (
	"container/list"
	"sync"

	"cloudless/internal/identity/policy"
)

// bound is what binds a principal, compiled.
type bound struct {
	identity []*policy.Policy
	boundary *policy.Policy
}

// boundCache keeps what binds principals by the version of their documents, so
// that these need not be looked up by their whole text.
type boundCache struct {
	mu    sync.RWMutex
	known map[uint64]*bound // guarded by mu
}

// maxBound bounds the versions that are kept.
const maxBound = 4096

func (c *boundCache) get(version uint64) *bound {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.known[version]
}

// put keeps b, unless it has no version.
func (c *boundCache) put(version uint64, b *bound) {
	if version == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= maxBound || c.known == nil {
		c.known = make(map[uint64]*bound) // many are of versions that will not come again
	}
	c.known[version] = b
}

// maxCachedBytes bounds the text of the documents that are kept compiled: all
// of AWS's managed policies and twice as much.
const maxCachedBytes = 8 << 20

// cache keeps compiled documents by their text, so that it cannot lie: another
// text is another entry. What was not used for longest goes first.
type cache struct {
	limit int // bytes of text

	mu      sync.Mutex
	bytes   int                        // guarded by mu, as all below
	entries map[cacheKey]*list.Element // of *cacheEntry
	order   *list.List                 // the last used first
}

type cacheKey struct {
	kind     policy.Kind
	document string
}

type cacheEntry struct {
	key    cacheKey
	policy *policy.Policy
}

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: make(map[cacheKey]*list.Element), order: list.New()}
}

// get returns a document, compiled. Texts that are no documents are not kept.
func (c *cache) get(document string, kind policy.Kind) (*policy.Policy, error) {
	key := cacheKey{kind, document}
	if p := c.find(key); p != nil {
		return p, nil
	}
	p, err := policy.Parse(document, kind)
	if err != nil {
		return nil, err
	}
	c.put(key, p)
	return p, nil
}

func (c *cache) find(key cacheKey) *policy.Policy {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*cacheEntry).policy
}

func (c *cache) put(key cacheKey, p *policy.Policy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return // somebody else was faster
	}
	c.entries[key] = c.order.PushFront(&cacheEntry{key, p})
	for c.bytes += len(key.document); c.bytes > c.limit; {
		oldest := c.order.Remove(c.order.Back()).(*cacheEntry)
		delete(c.entries, oldest.key)
		c.bytes -= len(oldest.key.document)
	}
}
