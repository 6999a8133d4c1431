package openapi

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// The bounds of a document.
const (
	MaxBytes  = 6 << 20 // AWS's own
	maxDepth  = 200
	maxValues = 500_000
)

var (
	errTooDeep  = errors.New("document is nested too deeply")
	errTooLarge = errors.New("document has too many values")
)

type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	list
	object
)

// node is one value of a document. Objects keep the order of their members. The
// methods may be called on nil, which is a value that is not there.
type node struct {
	kind  kind
	text  string // of a text or number; "true" or "false"
	items []*node
	keys  []string // of an object, one for each item
	index map[string]int
}

func newText(s string) *node { return &node{kind: text, text: s} }

func newBool(b bool) *node {
	if b {
		return &node{kind: boolean, text: "true"}
	}
	return &node{kind: boolean, text: "false"}
}

func newObject() *node { return &node{kind: object} }

func newList(items ...*node) *node { return &node{kind: list, items: items} }

func newTexts(texts []string) *node {
	n := newList()
	for _, t := range texts {
		n.items = append(n.items, newText(t))
	}
	return n
}

// set gives an object a member. The last of a name counts.
func (n *node) set(key string, v *node) *node {
	if n.index == nil {
		n.index = map[string]int{}
	}
	if i, found := n.index[key]; found {
		n.items[i] = v
		return n
	}
	n.index[key] = len(n.keys)
	n.keys, n.items = append(n.keys, key), append(n.items, v)
	return n
}

// setText is set for a text, which is left out where it is empty.
func (n *node) setText(key, s string) *node {
	if s != "" {
		n.set(key, newText(s))
	}
	return n
}

// get walks down the members of objects.
func (n *node) get(path ...string) *node {
	for _, key := range path {
		if n == nil {
			return nil
		}
		i, found := n.index[key]
		if !found {
			return nil
		}
		n = n.items[i]
	}
	return n
}

func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// str returns a text, and numbers and truths as they are written: YAML makes
// them of texts without quotes.
func (n *node) str() string {
	if n == nil || n.kind == list || n.kind == object {
		return ""
	}
	return n.text
}

// ptr is str for members that may be absent.
func (n *node) ptr() *string {
	if n == nil || n.kind == null || n.kind == list || n.kind == object {
		return nil
	}
	return &n.text
}

func (n *node) bool() bool { return n.str() == "true" }

// strs returns the texts of a list.
func (n *node) strs() []string {
	if !n.is(list) {
		return nil
	}
	out := []string{}
	for _, item := range n.items {
		out = append(out, item.str())
	}
	return out
}

// names returns the keys of an object.
func (n *node) names() []string {
	if !n.is(object) {
		return nil
	}
	return n.keys
}

// members calls do for each member of an object.
func (n *node) members(do func(key string, v *node)) {
	if !n.is(object) {
		return
	}
	for i, key := range n.keys {
		do(key, n.items[i])
	}
}

// referring returns the tree with each reference in it replaced by what to makes of it.
func (n *node) referring(to func(ref string) string) *node {
	if n == nil || n.kind != object && n.kind != list {
		return n
	}
	out := &node{kind: n.kind}
	if n.kind == list {
		for _, item := range n.items {
			out.items = append(out.items, item.referring(to))
		}
		return out
	}
	n.members(func(key string, v *node) {
		if key == "$ref" && v.is(text) {
			v = newText(to(v.text))
		} else {
			v = v.referring(to)
		}
		out.set(key, v)
	})
	return out
}

// sorted returns the keys of an object in order.
func (n *node) sorted() []string {
	if !n.is(object) {
		return nil
	}
	return slices.Sorted(slices.Values(n.keys))
}

// at follows a JSON pointer through objects; "" is the value itself.
func (n *node) at(pointer string) *node {
	if pointer == "" {
		return n
	}
	pointer, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return nil
	}
	for segment := range strings.SplitSeq(pointer, "/") {
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		n = n.get(strings.ReplaceAll(strings.ReplaceAll(segment, "~1", "/"), "~0", "~"))
	}
	return n
}
