package schema

import (
	"math/big"
	"slices"
	"unicode/utf8"
)

// rules holds a value against the rules of a schema: all of those for the value
// itself, and those for its parts if they hold.
func (r *run) rules(n *node, v *instance, tell bool) bool {
	valid := r.own(n, v, tell)
	if !valid && !tell {
		return false
	}
	switch v.kind {
	case kindInteger, kindNumber:
		valid = r.number(n, v, tell) && valid
	case kindString:
		valid = r.text(n, v, tell) && valid
	case kindArray:
		valid = r.array(n, v, tell) && valid
	case kindObject:
		valid = r.object(n, v, tell) && valid
	}
	if valid || tell {
		valid = r.combined(n, v, tell) && valid
	}
	if !valid || r.err != nil {
		return false
	}
	switch v.kind {
	case kindArray:
		return r.items(n, v, tell)
	case kindObject:
		return r.members(n, v, tell)
	}
	return true
}

// own are the rules for values of any kind.
func (r *run) own(n *node, v *instance, tell bool) bool {
	valid := true
	if n.types != nil && !slices.Contains(n.types, v.kind) {
		valid = r.fail(tell, "instance type (%s) does not match any allowed primitive type (allowed: %s)", v.kind, quoteKinds(n.types))
	}
	if n.enum != nil && !n.enum[r.canonical(v)] {
		valid = r.fail(tell, "instance value (%s) not found in enum (possible values: %s)", clip(string(appendJSON(nil, v))), n.values)
	}
	return valid
}

// canonical is appendCanonical, paid for.
func (r *run) canonical(v *instance) string {
	text := string(appendCanonical(nil, v))
	r.spend(len(text) / 16)
	return text
}

func (r *run) number(n *node, v *instance, tell bool) bool {
	if n.minimum == nil && n.maximum == nil && n.multipleOf == nil {
		return true
	}
	r.spend(1 + len(v.text)/16)
	valid, number := true, v.number()
	if n.minimum != nil {
		switch c := number.Cmp(n.minimum); {
		case c < 0:
			valid = r.fail(tell, "numeric instance is lower than the required minimum (minimum: %s, found: %s)", n.minimumText, v.text)
		case c == 0 && n.exclusiveMinimum:
			valid = r.fail(tell, "numeric instance is not strictly greater than the required minimum %s", n.minimumText)
		}
	}
	if n.maximum != nil {
		switch c := number.Cmp(n.maximum); {
		case c > 0:
			valid = r.fail(tell, "numeric instance is greater than the required maximum (maximum: %s, found: %s)", n.maximumText, v.text)
		case c == 0 && n.exclusiveMaximum:
			valid = r.fail(tell, "numeric instance is not strictly lower than the required maximum %s", n.maximumText)
		}
	}
	if n.multipleOf != nil && !new(big.Rat).Quo(number, n.multipleOf).IsInt() {
		valid = r.fail(tell, "remainder of division is not zero (%s / %s)", v.text, n.multipleOfText)
	}
	return valid
}

func (r *run) text(n *node, v *instance, tell bool) bool {
	valid := true
	if n.minLength >= 0 || n.maxLength >= 0 {
		length := utf8.RuneCountInString(v.text)
		r.spend(len(v.text) / 64)
		if n.minLength >= 0 && length < n.minLength {
			valid = r.fail(tell, `string "%s" is too short (length: %d, required minimum: %d)`, clip(v.text), length, n.minLength)
		}
		if n.maxLength >= 0 && length > n.maxLength {
			valid = r.fail(tell, `string "%s" is too long (length: %d, maximum allowed: %d)`, clip(v.text), length, n.maxLength)
		}
	}
	if n.pattern != nil && !n.pattern.matches(r, v.text) {
		valid = r.fail(tell, `ECMA 262 regex "%s" does not match input string "%s"`, clip(n.pattern.text), clip(v.text))
	}
	if n.format != "" {
		r.spend(1 + len(v.text)/16)
		if wrong := checkFormat(n.format, v.text); wrong != "" {
			valid = r.fail(tell, "%s", wrong)
		}
	}
	return valid
}

func (r *run) array(n *node, v *instance, tell bool) bool {
	valid, length := true, len(v.items)
	if n.minItems >= 0 && length < n.minItems {
		valid = r.fail(tell, "array is too short: must have at least %d elements but instance has %d elements", n.minItems, length)
	}
	if n.maxItems >= 0 && length > n.maxItems {
		valid = r.fail(tell, "array is too long: must have at most %d elements but instance has %d elements", n.maxItems, length)
	}
	if n.isTuple && n.noMoreItems && length > len(n.tuple) {
		valid = r.fail(tell, "schema only allows %d elements in array but instance has %d elements", len(n.tuple), length)
	}
	if n.uniqueItems && !r.unique(v) {
		valid = r.fail(tell, "array must not contain duplicate elements")
	}
	return valid
}

func (r *run) unique(v *instance) bool {
	seen := make(map[string]bool, len(v.items))
	for _, item := range v.items {
		text := r.canonical(item)
		if r.spend(1); r.err != nil || seen[text] {
			return false
		}
		seen[text] = true
	}
	return true
}

func (r *run) items(n *node, v *instance, tell bool) bool {
	valid := true
	for i, item := range v.items {
		rule := n.items
		if n.isTuple {
			if rule = n.moreItems; i < len(n.tuple) {
				rule = n.tuple[i]
			}
		}
		if rule != nil && !r.check(rule, item, tell) {
			valid = false
		}
		if r.err != nil || !valid && !tell {
			return false
		}
	}
	return valid
}

func (r *run) object(n *node, v *instance, tell bool) bool {
	valid, size := true, len(v.names)
	if n.minProperties >= 0 && size < n.minProperties {
		valid = r.fail(tell, "object has too few properties (found %d but schema requires at least %d)", size, n.minProperties)
	}
	if n.maxProperties >= 0 && size > n.maxProperties {
		valid = r.fail(tell, "object has too many properties (found %d but schema requires at most %d)", size, n.maxProperties)
	}
	if missing := r.missing(v, n.required); missing != nil {
		valid = r.fail(tell, "object has missing required properties (%s)", quoteNames(missing))
	}
	for _, d := range n.dependencies {
		if v.find(d.property) < 0 {
			continue
		}
		if missing := r.missing(v, d.names); missing != nil {
			valid = r.fail(tell, `property "%s" of object has missing property dependencies (schema requires %s; missing: %s)`,
				clip(d.property), quoteNames(d.names), quoteNames(missing))
		}
		if d.schema != nil && !r.check(d.schema, v, tell) {
			valid = false
		}
	}
	if n.noMoreProperties {
		if unknown := r.unknown(n, v); unknown != nil {
			valid = r.fail(tell, "object instance has properties which are not allowed by the schema: %s", quoteNames(unknown))
		}
	}
	return valid
}

func (r *run) missing(v *instance, names []string) (missing []string) {
	r.spend(len(names))
	for _, name := range names {
		if v.find(name) < 0 {
			missing = append(missing, name)
		}
	}
	return missing
}

// unknown returns the names of an object that its schema does not name.
func (r *run) unknown(n *node, v *instance) (unknown []string) {
	for _, name := range v.names {
		if r.spend(1); r.err != nil {
			return nil
		}
		if n.properties[name] == nil && !n.hasPattern(r, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

func (n *node) hasPattern(r *run, name string) bool {
	return slices.ContainsFunc(n.patternProperties, func(p patternProperty) bool {
		r.spend(1)
		return p.pattern.matches(r, name)
	})
}

func (r *run) members(n *node, v *instance, tell bool) bool {
	valid := true
	for i, name := range v.names {
		value, named := v.items[i], false
		if p := n.properties[name]; p != nil {
			named = true
			valid = r.check(p, value, tell) && valid
		}
		for _, p := range n.patternProperties {
			if r.spend(1); p.pattern.matches(r, name) {
				named = true
				valid = r.check(p.schema, value, tell) && valid
			}
		}
		if !named && n.moreProperties != nil {
			valid = r.check(n.moreProperties, value, tell) && valid
		}
		if r.err != nil || !valid && !tell {
			return false
		}
	}
	return valid
}

// combined are the rules that are schemas for the same value. Why one of them
// fails is not told, as on AWS.
func (r *run) combined(n *node, v *instance, tell bool) bool {
	valid := true
	if n.allOf != nil {
		if matched := r.count(n.allOf, v); matched < len(n.allOf) {
			valid = r.fail(tell, "instance failed to match all required schemas (matched only %d out of %d)", matched, len(n.allOf))
		}
	}
	if n.anyOf != nil && r.count(n.anyOf, v) == 0 {
		valid = r.fail(tell, "instance failed to match at least one required schema among %d", len(n.anyOf))
	}
	if n.oneOf != nil {
		if matched := r.count(n.oneOf, v); matched != 1 {
			valid = r.fail(tell, "instance failed to match exactly one schema (matched %d out of %d)", matched, len(n.oneOf))
		}
	}
	if n.not != nil && r.check(n.not, v, false) {
		valid = r.fail(tell, "instance matched a schema which it should not have")
	}
	return valid
}

func (r *run) count(schemas []*node, v *instance) (matched int) {
	for _, s := range schemas {
		if r.check(s, v, false) {
			matched++
		}
	}
	return matched
}
