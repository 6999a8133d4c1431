package expr

import "cloudless/internal/awserr"

// Cache keeps the trees of expressions that were parsed before, up to a number
// and up to a size.
// It may be used from any number of goroutines.
type Cache struct{ trees *Memory[cacheKey, *tree] }

type cacheKey struct {
	grammar grammar
	text    string
}

// NewCache returns a cache of about size expressions.
func NewCache(size int) *Cache { return &Cache{NewMemory[cacheKey, *tree](size)} }

// tree returns the parsed text.
func (c *Cache) tree(g grammar, text string) (*tree, error) {
	return c.trees.Of(cacheKey{g, text}, len(text), func() (*tree, error) { return parse(g, text) })
}

// Condition parses and binds a condition. parameter is the name of the
// request's member, such as "FilterExpression", for messages.
func (c *Cache) Condition(s *Scope, parameter, text string) (*Condition, error) {
	t, err := c.tree(conditions, text)
	if err != nil {
		return nil, invalid(parameter, err)
	}
	bound := &Condition{tree: t, bindings: t.unbound()}
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
	bound := &Update{tree: t, bindings: t.unbound()}
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
