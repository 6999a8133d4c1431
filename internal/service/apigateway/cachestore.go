package apigateway

import (
	"container/list"
	"crypto/aes"
	"crypto/cipher"
	"io"
	"net/http"
	"sync"
	"time"
)

// The bounds of what is cached.
const (
	maxCached  = 1 << 20   // the body of an answer, as AWS has it
	nodeCached = 512 << 20 // all caches of a node together
	maxCaches  = 256       // stages that have one here
)

// caches are the caches of stages, in the memory of this node: each has the room
// that its cluster has, and the node as much as it can spare. What was least
// recently used makes room.
type caches struct {
	mu     sync.Mutex
	stages map[string]*stageCache // by the key of the stage's record; guarded by mu
	bytes  int64                  // of all; guarded by mu
	limit  int64                  // of all
	seal   func() *sealer         // for answers that are kept encrypted
}

func newCaches(random io.Reader) *caches {
	return &caches{stages: map[string]*stageCache{}, limit: nodeCached, seal: sync.OnceValue(func() *sealer { return newSealer(random) })}
}

// stageCache is the cache of one stage.
type stageCache struct {
	life    string // of the cluster: another one begins empty
	bytes   int64
	entries map[string]*list.Element // of *cacheEntry
	used    list.List                // the least recently used last
}

// cacheEntry is an answer that is kept.
type cacheEntry struct {
	key    string
	answer cachedAnswer
	until  time.Time
	bytes  int64
}

// cachedAnswer is an answer without what belongs to one call.
type cachedAnswer struct {
	status int
	header http.Header // not to be written to
	body   []byte      // not to be written to
	sealed bool        // body is encrypted
}

// get returns the answer that a cluster keeps under a key.
func (c *caches) get(of *cacheCluster, key string, now time.Time) (cachedAnswer, bool) {
	a, found := c.find(of, key, now)
	if a.sealed {
		a.body = c.seal().open(a.body)
	}
	return a, found
}

func (c *caches) find(of *cacheCluster, key string, now time.Time) (cachedAnswer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stages[of.key]
	if s == nil || s.life != of.life {
		return cachedAnswer{}, false
	}
	found := s.entries[key]
	if found == nil {
		return cachedAnswer{}, false
	}
	e := found.Value.(*cacheEntry)
	if !now.Before(e.until) {
		c.remove(s, found)
		return cachedAnswer{}, false
	}
	s.used.MoveToFront(found)
	return e.answer, true
}

// put keeps an answer in a cluster.
func (c *caches) put(of *cacheCluster, key string, a cachedAnswer, until time.Time) {
	if a.sealed {
		a.body = c.seal().close(a.body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stageOf(of)
	if old := s.entries[key]; old != nil {
		c.remove(s, old)
	}
	e := &cacheEntry{key: key, answer: a, until: until, bytes: a.bytes() + int64(len(key))}
	if e.bytes > min(of.bytes, c.limit) {
		return
	}
	s.entries[key] = s.used.PushFront(e)
	s.bytes += e.bytes
	c.bytes += e.bytes
	for s.bytes > of.bytes {
		c.remove(s, s.used.Back())
	}
	for c.bytes > c.limit {
		largest := s
		for _, other := range c.stages {
			if other.bytes > largest.bytes {
				largest = other
			}
		}
		c.remove(largest, largest.used.Back())
	}
}

// drop forgets the cache of a stage.
func (c *caches) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(key)
}

// stageOf returns the cache of a cluster, which begins empty where the stage had
// another one.
func (c *caches) stageOf(of *cacheCluster) *stageCache {
	if s := c.stages[of.key]; s != nil && s.life == of.life {
		return s
	}
	c.forget(of.key)
	for other := range c.stages {
		if len(c.stages) < maxCaches {
			break
		}
		c.forget(other)
	}
	s := &stageCache{life: of.life, entries: map[string]*list.Element{}}
	c.stages[of.key] = s
	return s
}

func (c *caches) forget(key string) {
	if s := c.stages[key]; s != nil {
		c.bytes -= s.bytes
		delete(c.stages, key)
	}
}

func (c *caches) remove(s *stageCache, at *list.Element) {
	e := s.used.Remove(at).(*cacheEntry)
	delete(s.entries, e.key)
	s.bytes -= e.bytes
	c.bytes -= e.bytes
}

// bytes is about how much memory an answer takes.
func (a *cachedAnswer) bytes() int64 {
	n := 512 + len(a.body)
	for name, values := range a.header {
		n += 64 + len(name)
		for _, v := range values {
			n += 16 + len(v)
		}
	}
	return int64(n)
}

// sealer encrypts answers with a key that the process does not outlive.
type sealer struct {
	random io.Reader // which never fails
	aead   cipher.AEAD
}

func newSealer(random io.Reader) *sealer {
	key := make([]byte, 32)
	_, _ = random.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length is right
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the right block
	}
	return &sealer{random, aead}
}

func (s *sealer) close(plain []byte) []byte {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	_, _ = s.random.Read(nonce)
	return s.aead.Seal(nonce, nonce, plain, nil)
}

func (s *sealer) open(sealed []byte) []byte {
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], nil)
	if err != nil {
		panic(err) // it was sealed with the same key
	}
	return plain
}
