package schema

import (
	"errors"
	"fmt"
	"math/big"
)

// Schema is a model of an API with all that it refers to, ready for use. It may
// be used from any number of goroutines.
type Schema struct {
	root *node
}

// node is one schema: the rules for one value. Where a rule is nil, or -1 for a
// size, there is none.
type node struct {
	ref    *node // all that counts, where it is there
	shared bool  // a $ref leads here, so it may be met again and again

	types  []kind // in order
	enum   map[string]bool
	values string // of the enum, as AWS shows them

	minimum, maximum                   *big.Rat
	minimumText, maximumText           string
	exclusiveMinimum, exclusiveMaximum bool
	multipleOf                         *big.Rat
	multipleOfText                     string

	minLength, maxLength int
	pattern              *pattern
	format               string

	minItems, maxItems int
	uniqueItems        bool
	items              *node   // for all items
	tuple              []*node // for the first items
	isTuple            bool
	moreItems          *node // behind the tuple
	noMoreItems        bool

	minProperties, maxProperties int
	required                     []string
	properties                   map[string]*node
	patternProperties            []patternProperty
	moreProperties               *node
	noMoreProperties             bool
	dependencies                 []dependency

	allOf, anyOf, oneOf []*node
	not                 *node
}

type patternProperty struct {
	pattern *pattern
	schema  *node
}

// dependency is what the presence of a property asks for.
type dependency struct {
	property string
	names    []string
	schema   *node
}

// compiler makes the nodes of a model and of those that it refers to.
type compiler struct {
	apiID  string
	models map[string]string
	texts  map[string]*instance // of the models that were read
	nodes  map[*instance]*node
	depth  int
}

// maxReferences bounds how far references may lead from one to the next while a
// model is compiled.
const maxReferences = 2000

// Compile makes the model of that name ready. models are the texts of all JSON
// models of the API by their names. An error says what about the model cannot be
// used; it is fit for the caller of an operation.
func Compile(apiID string, models map[string]string, name string) (*Schema, error) {
	c := &compiler{apiID: apiID, models: models, texts: map[string]*instance{}, nodes: map[*instance]*node{}}
	text, err := c.model(name)
	if err != nil {
		return nil, err
	}
	root, err := c.node(name, text)
	if err != nil {
		return nil, err
	}
	return &Schema{root: root}, nil
}

// model reads the text of a model.
func (c *compiler) model(name string) (*instance, error) {
	if v := c.texts[name]; v != nil {
		return v, nil
	}
	text, found := c.models[name]
	if !found {
		return nil, fmt.Errorf("unknown model %q", name)
	}
	v, err := parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("model %q is no JSON: %w", name, err)
	}
	c.texts[name] = v
	return v, nil
}

// node returns the rules of a schema in a model.
func (c *compiler) node(model string, v *instance) (*node, error) {
	if v.kind != kindObject {
		return nil, fmt.Errorf("a schema has to be an object, not %s", v.kind)
	}
	if n := c.nodes[v]; n != nil {
		return n, nil
	}
	if c.depth++; c.depth > maxReferences {
		return nil, errors.New("the model's references lead on and on")
	}
	defer func() { c.depth-- }()
	n := &node{minLength: -1, maxLength: -1, minItems: -1, maxItems: -1, minProperties: -1, maxProperties: -1}
	c.nodes[v] = n // first, for the schemas within that refer to it
	if ref := v.member("$ref"); ref != nil && ref.kind == kindString {
		var err error
		n.ref, err = c.resolve(model, ref.text)
		return n, err
	}
	s := &reader{c: c, model: model, of: v}
	s.scalars(n)
	s.arrays(n)
	s.objects(n)
	n.allOf, n.anyOf, n.oneOf = s.schemas("allOf"), s.schemas("anyOf"), s.schemas("oneOf")
	n.not = s.schema("not")
	return n, s.err
}
