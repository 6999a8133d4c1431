package openapi

import (
	"bytes"
	"errors"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads a YAML document. Aliases stand for what they lead to, but all
// that is made of them counts, so that none can be a bomb.
func parseYAML(doc []byte) (*node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(doc, &root); err != nil {
		return nil, err
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		return nil, errors.New("no YAML document")
	}
	c := yamlConverter{}
	return c.value(root.Content[0], 0)
}

type yamlConverter struct{ values int }

func (c *yamlConverter) value(y *yaml.Node, depth int) (*node, error) {
	if c.values++; c.values > maxValues {
		return nil, errTooLarge
	}
	if depth > maxDepth {
		return nil, errTooDeep
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.value(y.Alias, depth+1)
	case yaml.ScalarNode:
		return scalar(y)
	case yaml.SequenceNode:
		n := newList()
		for _, item := range y.Content {
			v, err := c.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
		}
		return n, nil
	case yaml.MappingNode:
		return c.mapping(y, depth)
	}
	return nil, errors.New("unknown kind of YAML node")
}

func (c *yamlConverter) mapping(y *yaml.Node, depth int) (*node, error) {
	n := newObject()
	for i := 0; i+1 < len(y.Content); i += 2 {
		v, err := c.value(y.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		key := y.Content[i]
		for hops := 0; key.Kind == yaml.AliasNode && hops < maxDepth; hops++ {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return nil, errors.New("the key of a YAML mapping is no scalar")
		}
		if key.Tag == "!!merge" {
			if err := c.merge(n, v); err != nil {
				return nil, err
			}
			continue
		}
		n.set(key.Value, v)
	}
	return n, nil
}

// merge gives n the members of v, or of the objects in the list v, that it does
// not have.
func (c *yamlConverter) merge(n, v *node) error {
	sources := []*node{v}
	if v.is(list) {
		sources = v.items
	}
	for _, s := range sources {
		if !s.is(object) {
			return errors.New("<< in YAML leads to no mapping")
		}
		if c.values += len(s.keys); c.values > maxValues {
			return errTooLarge
		}
		s.members(func(key string, v *node) {
			if n.get(key) == nil {
				n.set(key, v)
			}
		})
	}
	return nil
}

func scalar(y *yaml.Node) (*node, error) {
	switch y.Tag {
	case "!!null":
		return &node{kind: null}, nil
	case "!!bool":
		var b bool
		if err := y.Decode(&b); err != nil {
			return nil, err
		}
		return newBool(b), nil
	case "!!int":
		var i int64
		if err := y.Decode(&i); err != nil {
			return newText(y.Value), nil // too large: what it is for does not take it anyway
		}
		return &node{kind: number, text: strconv.FormatInt(i, 10)}, nil
	case "!!float":
		if n, err := parseJSON([]byte(y.Value)); err == nil && n.is(number) {
			return n, nil
		}
		return newText(y.Value), nil
	}
	return newText(y.Value), nil
}

// writeYAML writes a tree as YAML, with all texts in quotes, as AWS does.
func writeYAML(n *node) ([]byte, error) {
	out := bytes.NewBufferString("---\n")
	e := yaml.NewEncoder(out)
	e.SetIndent(2)
	if err := e.Encode(toYAML(n)); err != nil {
		return nil, err
	}
	return out.Bytes(), e.Close()
}

func toYAML(n *node) *yaml.Node {
	switch {
	case n == nil || n.kind == null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case n.kind == text:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: n.text, Style: yaml.DoubleQuotedStyle}
	case n.kind == list:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.items {
			y.Content = append(y.Content, toYAML(item))
		}
		return y
	case n.kind == object:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for i, key := range n.keys {
			k := &yaml.Node{}
			k.SetString(key)
			y.Content = append(y.Content, k, toYAML(n.items[i]))
		}
		return y
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: n.text}
}
