package schema

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
)

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
