package schema

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// modelPrefix begins references to models: after it come the API's id,
// "/models/" and the model's name.
const modelPrefix = "https://apigateway.amazonaws.com/restapis/"

// Reference is what refers to a model of an API.
func Reference(apiID, name string) string { return modelPrefix + apiID + "/models/" + name }

// ParseReference returns the API and the model that a $ref names, and what is
// behind "#". ok is false for a reference to anything else.
func ParseReference(ref string) (apiID, name, fragment string, ok bool) {
	rest, found := strings.CutPrefix(ref, modelPrefix)
	if !found {
		return "", "", "", false
	}
	rest, fragment, _ = strings.Cut(rest, "#")
	apiID, name, found = strings.Cut(rest, "/models/")
	return apiID, name, fragment, found && apiID != "" && name != "" && !strings.Contains(name, "/")
}

// resolve returns the schema that a reference in a model leads to.
func (c *compiler) resolve(model, ref string) (*node, error) {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local {
		apiID, name, fragment, ok := ParseReference(ref)
		if !ok {
			return nil, fmt.Errorf("reference %q leads to no model of the API", ref)
		}
		if apiID != c.apiID {
			return nil, fmt.Errorf("reference %q leads to another API", ref)
		}
		model, pointer = name, fragment
	}
	text, err := c.model(model)
	if err != nil {
		return nil, err
	}
	if text, err = follow(text, pointer); err != nil {
		return nil, fmt.Errorf("reference %q: %w", ref, err)
	}
	n, err := c.node(model, text)
	if err != nil {
		return nil, err
	}
	n.shared = true
	return n, nil
}

// follow walks along a JSON pointer.
func follow(v *instance, pointer string) (*instance, error) {
	pointer, err := url.PathUnescape(pointer)
	if err != nil {
		return nil, err
	}
	if pointer == "" {
		return v, nil
	}
	if !strings.HasPrefix(pointer, "/") {
		return nil, fmt.Errorf("%q is no JSON pointer", pointer)
	}
	for segment := range strings.SplitSeq(pointer[1:], "/") {
		segment = strings.ReplaceAll(strings.ReplaceAll(segment, "~1", "/"), "~0", "~")
		switch v.kind {
		case kindObject:
			v = v.member(segment)
		case kindArray:
			i, err := strconv.Atoi(segment)
			if err != nil || i < 0 || i >= len(v.items) {
				return nil, fmt.Errorf("nothing at %q", pointer)
			}
			v = v.items[i]
		default:
			v = nil
		}
		if v == nil {
			return nil, fmt.Errorf("nothing at %q", pointer)
		}
	}
	return v, nil
}
