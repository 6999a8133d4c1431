package apigateway

import (
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// patchOp is one patch operation that found its rule.
type patchOp struct {
	op    string // "add", "remove" or "replace"
	path  string // as it was given
	key   string // the segment that "*" in the rule stands for, unescaped
	value *string
}

// text returns the value, "" for none.
func (p patchOp) text() string { return deref(p.value) }

// rule says what a path in a patch means.
type rule[T any] struct {
	path  string   // such as "/description", or "/variables/*" for any key
	ops   []string // in the order in which AWS names them
	apply func(t *T, p patchOp) error
}

// The operations that a rule may know.
var (
	replaceOnly = []string{"replace"}
	addRemove   = []string{"add", "remove"}
	addReplace  = []string{"add", "replace"}
	allOps      = []string{"add", "remove", "replace"}
)

// refusePatch makes the refusal of an operation that no rule takes. others
// says of each rule whether it has the path, and its ops.
type refusePatch func(op, path string, rules []patchable) error

// patchable is a rule without what it does.
type patchable struct {
	path    string
	ops     []string
	matches bool // the path of the operation
}

// patch applies operations to t in their order. Paths of AWS's patches are JSON
// pointers.
func patch[T any](t *T, ops []agw.PatchOperation, rules []rule[T], refuse refusePatch) error {
	for _, o := range ops {
		if o.Path == nil {
			return agw.BadRequestException("Invalid patch path null")
		}
		r, key := findRule(rules, o.Op, *o.Path)
		if r == nil {
			return refuse(o.Op, *o.Path, patchables(rules, *o.Path))
		}
		if err := r.apply(t, patchOp{op: o.Op, path: *o.Path, key: key, value: o.Value}); err != nil {
			return err
		}
	}
	return nil
}

func findRule[T any](rules []rule[T], op, path string) (*rule[T], string) {
	for i := range rules {
		if key, ok := matchPointer(rules[i].path, path); ok && slices.Contains(rules[i].ops, op) {
			return &rules[i], key
		}
	}
	return nil, ""
}

func patchables[T any](rules []rule[T], path string) []patchable {
	var out []patchable
	for _, r := range rules {
		_, matches := matchPointer(r.path, path)
		out = append(out, patchable{path: r.path, ops: r.ops, matches: matches})
	}
	return out
}

// matchPointer holds a JSON pointer against the path of a rule and returns the
// key that stands for its "*". A key is one segment and not empty.
func matchPointer(rule, pointer string) (key string, ok bool) {
	fixed, keyed := strings.CutSuffix(rule, "*")
	if !keyed {
		return "", rule == pointer
	}
	rest, found := strings.CutPrefix(pointer, fixed)
	if !found || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	return unescapePointer(rest), true
}

// unescapePointer decodes one segment of a JSON pointer.
func unescapePointer(segment string) string {
	return strings.ReplaceAll(strings.ReplaceAll(segment, "~1", "/"), "~0", "~")
}

// refusePlainly is how most things refuse a patch.
func refusePlainly(_, path string, rules []patchable) error {
	for _, r := range rules {
		if !r.matches {
			continue
		}
		if len(r.ops) == len(allOps) {
			return agw.BadRequestException("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
		}
		return agw.BadRequestException("Invalid patch operation specified. Must be one of: [" + strings.Join(r.ops, ", ") + "]")
	}
	return agw.BadRequestException("Invalid patch path " + path)
}

// refuseByPath names the paths that the operation may have. The two spaces are
// AWS's.
func refuseByPath(op, path string, rules []patchable) error {
	var paths []string
	for _, r := range rules {
		if slices.Contains(r.ops, op) {
			paths = append(paths, r.path)
		}
	}
	refusal := "Invalid patch path  '" + path + "' specified for op '" + op + "'. "
	if paths == nil {
		return agw.BadRequestException(refusal + "Please choose supported operations")
	}
	return agw.BadRequestException(refusal + "Must be one of: [" + strings.Join(paths, ", ") + "]")
}

// text is what most rules do: they set a text, or take it away.
func text[T any](field func(*T) **string) func(*T, patchOp) error {
	return func(t *T, p patchOp) error {
		*field(t) = p.value
		if p.op == "remove" {
			*field(t) = nil
		}
		return nil
	}
}

// entry sets one value in a map of texts, or takes it away. missing is the
// refusal where there is no such value to replace or remove.
func entry[T any](field func(*T) *map[string]string, missing error) func(*T, patchOp) error {
	return entryOf(field, missing, func(value string) string { return value })
}

// boolEntry is entry for a map of booleans.
func boolEntry[T any](field func(*T) *map[string]bool, missing error) func(*T, patchOp) error {
	return entryOf(field, missing, func(value string) bool { return value == "true" })
}

func entryOf[T, V any](field func(*T) *map[string]V, missing error, parse func(string) V) func(*T, patchOp) error {
	return func(t *T, p patchOp) error {
		m := field(t)
		if _, found := (*m)[p.key]; !found && p.op != "add" {
			return missing
		}
		if p.op == "remove" {
			if delete(*m, p.key); len(*m) == 0 {
				*m = nil
			}
			return nil
		}
		if *m == nil {
			*m = map[string]V{}
		}
		(*m)[p.key] = parse(p.text())
		return nil
	}
}
