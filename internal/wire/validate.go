package wire

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"cloudless/internal/awserr"
)

// Validate checks a decoded input against the constraints of its model. All
// that is wrong is told at once, in AWS's words:
//
//	2 validation errors detected: Value null at 'tableName' failed to satisfy
//	constraint: Member must not be null; Value '0' at 'limit' failed …
//
// Where AWS has words of its own for one violation, they stand alone.
func Validate(s *Service, op *Operation, in any, given *Presence) error {
	v := validator{service: s, given: given, root: lowerFirst(op.Name) + "Input"}
	v.structure(s.Shape(op.Input), reflect.ValueOf(in).Elem(), nil)
	message := v.message()
	switch {
	case message == "":
		return nil
	case op.InvalidInput != "":
		return &awserr.Error{Code: op.InvalidInput, Status: http.StatusBadRequest, Message: message}
	}
	return awserr.Validation(message)
}

// maxTold is how many violations a message tells. AWS stops at ten.
const maxTold = 10

type validator struct {
	service *Service
	given   *Presence
	root    string
	terse   bool // of the member that is being checked: see Member.Terse
	found   []string
	alone   string // what is said in place of all else, or ""
}

func (v *validator) message() string {
	switch n := len(v.found); {
	case v.alone != "":
		return v.alone
	case n == 0:
		return ""
	case n == 1:
		return "1 validation error detected: " + v.found[0]
	default:
		return fmt.Sprintf("%d validation errors detected: %s", n, strings.Join(v.found, "; "))
	}
}

// full tells that the message tells no more, so that nothing more need be
// looked at.
func (v *validator) full() bool { return len(v.found) == maxTold }

// check reports what is wrong with a value by itself. What lies beneath it is
// checked by others.
func (v *validator) check(s *Shape, rv reflect.Value, path Path) {
	for _, b := range broken(s, rv) {
		if b.words != "" {
			v.say(b.words, path)
		} else {
			v.report(s, rv, path, b.constraint)
		}
	}
}

// say answers with the service's own words.
func (v *validator) say(words string, path Path) {
	if v.alone == "" {
		v.alone = strings.ReplaceAll(words, "%s", path.Last())
	}
}

// report adds one violation by a value.
func (v *validator) report(s *Shape, rv reflect.Value, path Path, constraint string) {
	if !v.full() { // showing a value may take long
		v.repeat(s, v.show(s, rv), path, constraint)
	}
}

// repeat adds one violation, with the value as the message repeats it.
func (v *validator) repeat(s *Shape, value string, path Path, constraint string) {
	switch {
	case v.terse:
		v.add("", path.Spelled(), constraint)
	case s.Sensitive || v.service.HiddenValues:
		v.add("", path.String(), constraint)
	default:
		v.add(" '"+value+"'", path.String(), constraint)
	}
}

// absent adds the violation that a required member is not there.
func (v *validator) absent(m *Member, path Path) {
	if m.Missing != "" {
		v.say(m.Missing, path)
		return
	}
	v.add(" null", path.String(), mustNotBeNull)
}

func (v *validator) add(value, path, constraint string) {
	if !v.full() {
		v.found = append(v.found, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: %s", value, path, constraint))
	}
}

func (v *validator) structure(s *Shape, rv reflect.Value, path Path) {
	if len(path) == 0 && v.service.PrefixedPaths {
		// API Gateway's messages begin with the body.
		v.members(s, rv, path, func(m *Member) bool { return m.In == InBody })
		v.members(s, rv, path, func(m *Member) bool { return m.In != InBody })
		return
	}
	v.members(s, rv, path, func(*Member) bool { return true })
}

func (v *validator) members(s *Shape, rv reflect.Value, path Path, which func(*Member) bool) {
	for i := range s.Members {
		m := &s.Members[i]
		shape := v.service.Shape(m.Shape)
		if !which(m) || !m.Required && !shape.Checked {
			continue
		}
		at := path
		if len(path) == 0 && m.In == InBody && v.service.PrefixedPaths {
			at = at.Member(v.root)
		}
		v.member(m, shape, rv.Field(i), at.Member(m.Name))
	}
}

func (v *validator) member(m *Member, s *Shape, rv reflect.Value, path Path) {
	outer := v.terse
	v.terse = m.Terse
	defer func() { v.terse = outer }()
	switch {
	case isAbsent(s, rv):
		if s.Kind == Enum && v.given.blank[path.String()] {
			v.repeat(s, "", path, enumConstraint(s))
		} else if m.Required {
			v.absent(m, path)
		}
	case m.Required && v.given.absent[path.String()]:
		v.absent(m, path)
	default:
		v.value(s, rv, path)
	}
}

const mustNotBeNull = "Member must not be null"

// isAbsent tells whether a member's Go value shows that it was not given.
// Required scalars cannot show it; for those, Presence tells.
func isAbsent(s *Shape, rv reflect.Value) bool {
	switch rv.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return rv.IsNil()
	default:
		return s.Kind == Enum && rv.String() == ""
	}
}

func (v *validator) value(s *Shape, rv reflect.Value, path Path) {
	if !s.Checked {
		return
	}
	rv = reflect.Indirect(rv)
	v.check(s, rv, path)
	v.beneath(s, rv, path)
}

// beneath checks what lies in a value.
func (v *validator) beneath(s *Shape, rv reflect.Value, path Path) {
	switch s.Kind {
	case Structure:
		v.structure(s, rv, path)
	case List:
		v.list(s, rv, path)
	case Map:
		v.mapping(s, rv, path)
	}
}

func (v *validator) list(s *Shape, rv reflect.Value, path Path) {
	element := v.service.Shape(s.Element)
	if !element.Checked {
		return
	}
	for i := 0; i < rv.Len() && !v.full(); i++ {
		if !isScalar(element.Kind) {
			v.value(element, rv.Index(i), path.Index(i))
		} else if len(broken(element, rv.Index(i))) > 0 {
			demands := constraints(element)
			if s.Filled {
				demands = append(demands, mustNotBeNull)
			}
			v.report(s, rv, path, "Member must satisfy constraint: ["+strings.Join(demands, ", ")+"]")
			return
		}
	}
}

// mapping checks the keys and values of a map. A violation by either is told
// of the map, once; what lies deeper is told of its own path.
func (v *validator) mapping(s *Shape, rv reflect.Value, path Path) {
	key, value := v.service.Shape(s.Key), v.service.Shape(s.Element)
	keys := sortedKeys(rv)
	if slices.ContainsFunc(keys, func(k reflect.Value) bool { return len(broken(key, k)) > 0 }) {
		v.report(s, rv, path, "Map keys must satisfy constraint: ["+strings.Join(constraints(key), ", ")+"]")
	}
	if !value.Checked {
		return
	}
	if slices.ContainsFunc(keys, func(k reflect.Value) bool { return len(broken(value, rv.MapIndex(k))) > 0 }) {
		v.report(s, rv, path, "Map value must satisfy constraint: ["+strings.Join(valueConstraints(value), ", ")+"]")
	}
	for _, k := range keys {
		if v.full() {
			return
		}
		v.beneath(value, reflect.Indirect(rv.MapIndex(k)), path.Key(k.String()))
	}
}

// valueConstraints lists what a map demands of its values. Those that are
// lists may be null.
func valueConstraints(s *Shape) []string {
	if s.Kind == List {
		return constraints(s)
	}
	return append(constraints(s), mustNotBeNull)
}

func isScalar(k Kind) bool { return k != Structure && k != List && k != Map }

func sortedKeys(rv reflect.Value) []reflect.Value {
	keys := rv.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}
