package expr

import (
	"sync"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// Cache keeps the trees of expressions that were parsed before, up to a number
// and up to a size.
// It may be used from any number of goroutines.
type Cache struct {
	mu     sync.RWMutex
	young  map[cacheKey]*tree // not more than half, nor of more text than halfBytes
	old    map[cacheKey]*tree // what was young before
	half   int
	bytes  int // of the young ones' texts
	parsed int // how many texts had to be parsed, for tests
}

// halfBytes bounds the texts in half of a cache. A tree takes some twenty
// times the memory of its text.
const halfBytes = 512 << 10

type cacheKey struct {
	grammar grammar
	text    string
}

// NewCache returns a cache of about size expressions.
func NewCache(size int) *Cache {
	half := max(size/2, 1)
	return &Cache{half: half, young: map[cacheKey]*tree{}}
}

// tree returns the parsed text. Faulty texts are not kept: whoever sends those
// pays for them.
func (c *Cache) tree(g grammar, text string) (*tree, error) {
	key := cacheKey{g, text}
	c.mu.RLock()
	t, young := c.young[key]
	if !young {
		t = c.old[key]
	}
	c.mu.RUnlock()
	if young {
		return t, nil
	}
	if t == nil {
		var err error
		if t, err = parse(g, text); err != nil {
			return nil, err
		}
	}
	c.keep(key, t)
	return t, nil
}

// keep puts a tree among the young. When these are many they become the old,
// and what was old and has not been asked for since is forgotten.
func (c *Cache) keep(key cacheKey, t *tree) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.old[key] == nil {
		c.parsed++
	}
	if len(c.young) >= c.half || c.bytes+len(key.text) > halfBytes {
		c.old, c.young, c.bytes = c.young, map[cacheKey]*tree{}, 0
	}
	if c.young[key] == nil {
		c.bytes += len(key.text)
	}
	c.young[key] = t
}

// Condition parses and binds a condition. parameter is the name of the
// request's member, such as "FilterExpression", for messages.
func (c *Cache) Condition(s *Scope, parameter, text string) (*Condition, error) {
	t, err := c.tree(conditions, text)
	if err != nil {
		return nil, invalid(parameter, err)
	}
	bound := &Condition{tree: t, paths: make([]attr.Path, len(t.paths)), values: make([]attr.Value, len(t.values))}
	if err := bound.bind(s); err != nil {
		return nil, invalid(parameter, err)
	}
	return bound, nil
}

// Projection parses and binds a ProjectionExpression.
func (c *Cache) Projection(s *Scope, text string) (*Projection, error) {
	const parameter = "ProjectionExpression"
	t, err := c.tree(projections, text)
	if err != nil {
		return nil, invalid(parameter, err)
	}
	bound := &Projection{}
	if err := bound.bind(s, t); err != nil {
		return nil, invalid(parameter, err)
	}
	return bound, nil
}

// Update parses and binds an UpdateExpression.
func (c *Cache) Update(s *Scope, text string) (*Update, error) {
	const parameter = "UpdateExpression"
	t, err := c.tree(updates, text)
	if err != nil {
		return nil, invalid(parameter, err)
	}
	bound := &Update{tree: t, paths: make([]attr.Path, len(t.paths)), values: make([]attr.Value, len(t.values))}
	if err := bound.bind(s); err != nil {
		return nil, invalid(parameter, err)
	}
	return bound, nil
}

// KeyCondition parses and binds a KeyConditionExpression.
func (c *Cache) KeyCondition(s *Scope, text string) ([]KeyTerm, error) {
	bound, err := c.Condition(s, "KeyConditionExpression", text)
	if err != nil {
		return nil, err
	}
	return bound.keyTerms()
}

func invalid(parameter string, err error) error {
	return awserr.Validation("Invalid " + parameter + ": " + err.Error())
}
