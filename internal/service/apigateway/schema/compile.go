package schema

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
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

// reader reads the rules of one schema. The first that is malformed is its
// error, and what is read after it does not count.
type reader struct {
	c     *compiler
	model string
	of    *instance
	err   error
}

func (s *reader) fail(keyword, why string) {
	if s.err == nil {
		s.err = errors.New(keyword + " " + why)
	}
}

func (s *reader) scalars(n *node) {
	n.types = s.types()
	n.enum, n.values = s.enum()
	n.minimum, n.minimumText = s.number("minimum")
	n.maximum, n.maximumText = s.number("maximum")
	n.exclusiveMinimum, n.exclusiveMaximum = s.flag("exclusiveMinimum"), s.flag("exclusiveMaximum")
	n.multipleOf, n.multipleOfText = s.number("multipleOf")
	if n.multipleOf != nil && n.multipleOf.Sign() <= 0 {
		s.fail("multipleOf", "has to be greater than 0")
	}
	n.minLength, n.maxLength = s.size("minLength"), s.size("maxLength")
	if v := s.of.member("pattern"); v != nil {
		n.pattern = s.pattern(v)
	}
	if v := s.of.member("format"); v != nil && v.kind == kindString {
		n.format = v.text
	}
}

func (s *reader) arrays(n *node) {
	n.minItems, n.maxItems, n.uniqueItems = s.size("minItems"), s.size("maxItems"), s.flag("uniqueItems")
	if v := s.of.member("items"); v != nil && v.kind == kindArray {
		n.isTuple = true
		n.tuple = s.list(v)
	} else {
		n.items = s.schema("items")
	}
	n.moreItems, n.noMoreItems = s.more("additionalItems")
}

func (s *reader) objects(n *node) {
	n.minProperties, n.maxProperties = s.size("minProperties"), s.size("maxProperties")
	if v := s.of.member("required"); v != nil {
		n.required = s.names("required", v)
		slices.Sort(n.required)
	}
	s.each("properties", func(name string, v *instance) {
		if n.properties == nil {
			n.properties = map[string]*node{}
		}
		n.properties[name] = s.sub(v)
	})
	s.each("patternProperties", func(name string, v *instance) {
		p := s.pattern(&instance{kind: kindString, text: name})
		n.patternProperties = append(n.patternProperties, patternProperty{p, s.sub(v)})
	})
	n.moreProperties, n.noMoreProperties = s.more("additionalProperties")
	s.each("dependencies", func(name string, v *instance) {
		d := dependency{property: name}
		if v.kind == kindArray {
			d.names = s.names("dependencies", v)
		} else {
			d.schema = s.sub(v)
		}
		n.dependencies = append(n.dependencies, d)
	})
}

func (s *reader) sub(v *instance) *node {
	if s.err != nil {
		return nil
	}
	n, err := s.c.node(s.model, v)
	if err != nil {
		s.err = err
	}
	return n
}

func (s *reader) schema(keyword string) *node {
	if v := s.of.member(keyword); v != nil {
		return s.sub(v)
	}
	return nil
}

func (s *reader) schemas(keyword string) []*node {
	v := s.of.member(keyword)
	if v == nil {
		return nil
	}
	if v.kind != kindArray || len(v.items) == 0 {
		s.fail(keyword, "has to be a list of schemas")
		return nil
	}
	return s.list(v)
}

func (s *reader) list(v *instance) []*node {
	out := make([]*node, 0, len(v.items))
	for _, item := range v.items {
		out = append(out, s.sub(item))
	}
	return out
}

// more reads a rule that is a schema, or false for nothing at all.
func (s *reader) more(keyword string) (n *node, none bool) {
	v := s.of.member(keyword)
	if v == nil || v.kind == kindBoolean {
		return nil, v != nil && v.text == "false"
	}
	return s.sub(v), false
}

func (s *reader) each(keyword string, do func(name string, v *instance)) {
	v := s.of.member(keyword)
	if v == nil {
		return
	}
	if v.kind != kindObject {
		s.fail(keyword, "has to be an object")
		return
	}
	for i, name := range v.names {
		do(name, v.items[i])
	}
}

func (s *reader) names(keyword string, v *instance) []string {
	var out []string
	if v.kind != kindArray {
		s.fail(keyword, "has to be a list of names")
		return nil
	}
	for _, item := range v.items {
		if item.kind != kindString {
			s.fail(keyword, "has to be a list of names")
			return nil
		}
		if !slices.Contains(out, item.text) {
			out = append(out, item.text)
		}
	}
	return out
}

func (s *reader) pattern(v *instance) *pattern {
	if v.kind != kindString {
		s.fail("pattern", "has to be a string")
		return nil
	}
	p, err := compilePattern(v.text)
	if err != nil && s.err == nil {
		s.err = err
	}
	return p
}

func (s *reader) flag(keyword string) bool {
	v := s.of.member(keyword)
	if v == nil {
		return false
	}
	if v.kind != kindBoolean {
		s.fail(keyword, "has to be true or false")
	}
	return v.text == "true"
}

func (s *reader) size(keyword string) int {
	v := s.of.member(keyword)
	if v == nil {
		return -1
	}
	n, err := strconv.Atoi(v.text)
	if v.kind != kindInteger || err != nil || n < 0 {
		s.fail(keyword, "has to be a whole number that is not negative")
	}
	return n
}

func (s *reader) number(keyword string) (*big.Rat, string) {
	v := s.of.member(keyword)
	if v == nil {
		return nil, ""
	}
	if !v.isNumber() {
		s.fail(keyword, "has to be a number")
		return nil, ""
	}
	return v.number(), v.text
}

func (s *reader) types() []kind {
	v := s.of.member("type")
	if v == nil {
		return nil
	}
	list := []*instance{v}
	if v.kind == kindArray {
		list = v.items
	}
	var out []kind
	for _, item := range list {
		k := kind(0)
		for k < kinds && (item.kind != kindString || k.String() != item.text) {
			k++
		}
		if k == kinds {
			s.fail("type", "has to be one or more of array, boolean, integer, null, number, object, string")
			return nil
		}
		out = append(out, k)
		if k == kindNumber {
			out = append(out, kindInteger)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *reader) enum() (values map[string]bool, text string) {
	v := s.of.member("enum")
	if v == nil {
		return nil, ""
	}
	if v.kind != kindArray || len(v.items) == 0 {
		s.fail("enum", "has to be a list of values")
		return nil, ""
	}
	values = map[string]bool{}
	for _, item := range v.items {
		values[string(appendCanonical(nil, item))] = true
	}
	return values, clip(string(appendJSON(nil, v)))
}
