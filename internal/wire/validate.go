package wire

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloudless/internal/awserr"
)

// Validate checks a decoded input against the constraints of its model. All
// that is wrong is told at once, in AWS's words:
//
//	2 validation errors detected: Value null at 'tableName' failed to satisfy
//	constraint: Member must not be null; Value '0' at 'limit' failed …
func Validate(s *Service, op *Operation, in any, given *Presence) error {
	v := validator{service: s, given: given, root: lowerFirst(op.Name) + "Input"}
	v.structure(s.Shape(op.Input), reflect.ValueOf(in).Elem(), nil)
	switch len(v.found) {
	case 0:
		return nil
	case 1:
		return awserr.Validation("1 validation error detected: " + v.found[0])
	}
	return awserr.Validation(fmt.Sprintf("%d validation errors detected: %s", len(v.found), strings.Join(v.found, "; ")))
}

type validator struct {
	service *Service
	given   *Presence
	root    string
	found   []string
}

// report adds one violation. The value has AWS's own form: 'text' or null.
func (v *validator) report(s *Shape, value string, path Path, constraint string) {
	value = " " + value
	if s.Sensitive || v.service.HiddenValues {
		value = ""
	}
	v.add(value, path, constraint)
}

// absent adds the violation that a required member is not there.
func (v *validator) absent(path Path) { v.add(" null", path, mustNotBeNull) }

func (v *validator) add(value string, path Path, constraint string) {
	if len(v.found) < maxNotes {
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
	if isAbsent(s, rv) {
		if s.Kind == Enum && v.given.blank[path.String()] {
			v.report(s, "''", path, enumConstraint(s))
		} else if m.Required {
			v.absent(path)
		}
		return
	}
	if m.Required && v.given.absent[path.String()] {
		v.absent(path)
		return
	}
	v.value(s, rv, path)
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
	switch s.Kind {
	case Structure:
		v.structure(s, rv, path)
	case List:
		v.list(s, rv, path)
	case Map:
		v.mapping(s, rv, path)
	default:
		for _, c := range broken(s, rv) {
			v.report(s, v.quoted(s, rv), path, c)
		}
	}
}

func (v *validator) list(s *Shape, rv reflect.Value, path Path) {
	for _, c := range broken(s, rv) {
		v.report(s, v.quoted(s, rv), path, c)
	}
	element := v.service.Shape(s.Element)
	if !element.Checked {
		return
	}
	for i := range rv.Len() {
		if !isScalar(element.Kind) {
			v.value(element, rv.Index(i), path.Index(i))
		} else if len(broken(element, rv.Index(i))) > 0 {
			v.report(s, v.quoted(s, rv), path,
				"Member must satisfy constraint: ["+strings.Join(constraints(element), ", ")+"]")
			return
		}
	}
}

func (v *validator) mapping(s *Shape, rv reflect.Value, path Path) {
	for _, c := range broken(s, rv) {
		v.report(s, v.quoted(s, rv), path, c)
	}
	key, value := v.service.Shape(s.Key), v.service.Shape(s.Element)
	for _, k := range sortedKeys(rv) {
		if len(broken(key, k)) > 0 {
			v.report(s, v.quoted(s, rv), path,
				"Map keys must satisfy constraint: ["+strings.Join(constraints(key), ", ")+"]")
			return
		}
		e := rv.MapIndex(k)
		if !isScalar(value.Kind) {
			v.value(value, e, path.Key(k.String()))
		} else if len(broken(value, e)) > 0 {
			v.report(s, v.quoted(s, rv), path,
				"Map value must satisfy constraint: ["+strings.Join(append(constraints(value), mustNotBeNull), ", ")+"]")
			return
		}
	}
}

func isScalar(k Kind) bool { return k != Structure && k != List && k != Map }

// broken returns the constraints of s itself that the value does not satisfy.
func broken(s *Shape, rv reflect.Value) []string {
	var found []string
	switch s.Kind {
	case String, Enum:
		text := rv.String()
		if s.Pattern != "" && !matches(s.Pattern, text) {
			found = append(found, patternConstraint(s))
		}
		if n := float64(utf8.RuneCountInString(text)); s.HasMax && n > s.Max || s.HasMin && n < s.Min {
			found = append(found, bound(s, n, "length"))
		}
		if s.Kind == Enum && len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			found = append(found, enumConstraint(s))
		}
	case List, Map, Blob:
		if n := float64(rv.Len()); s.HasMax && n > s.Max || s.HasMin && n < s.Min {
			found = append(found, bound(s, n, "length"))
		}
	case Integer, Long:
		if n := float64(rv.Int()); s.HasMax && n > s.Max || s.HasMin && n < s.Min {
			found = append(found, bound(s, n, "value"))
		}
	case Float, Double:
		if n := rv.Float(); s.HasMax && n > s.Max || s.HasMin && n < s.Min {
			found = append(found, bound(s, n, "value"))
		}
	}
	return found
}

// constraints lists all that s demands, as messages about the elements of a
// list or map do.
func constraints(s *Shape) []string {
	what := "value"
	if s.Kind == String || s.Kind == Enum || s.Kind == Blob {
		what = "length"
	}
	var all []string
	if s.HasMax {
		all = append(all, bound(s, s.Max+1, what))
	}
	if s.HasMin {
		all = append(all, bound(s, s.Min-1, what))
	}
	if s.Pattern != "" {
		all = append(all, patternConstraint(s))
	}
	if len(s.Enum) > 0 {
		all = append(all, enumConstraint(s))
	}
	return all
}

func bound(s *Shape, n float64, what string) string {
	if s.HasMax && n > s.Max {
		return "Member must have " + what + " less than or equal to " + number(s, s.Max)
	}
	return "Member must have " + what + " greater than or equal to " + number(s, s.Min)
}

func number(s *Shape, n float64) string {
	if s.Kind == Double || s.Kind == Float {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func patternConstraint(s *Shape) string {
	return "Member must satisfy regular expression pattern: " + s.Pattern
}

func enumConstraint(s *Shape) string {
	return "Member must satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
}

// quoted is a value in quotes, as messages repeat it.
func (v *validator) quoted(s *Shape, rv reflect.Value) string { return "'" + v.show(s, rv) + "'" }

// show writes a value as Java's toString does, which AWS's messages repeat.
// What is sensitive further in stays hidden.
func (v *validator) show(s *Shape, rv reflect.Value) string {
	if isAbsent(s, rv) {
		return "null"
	}
	if s.Sensitive {
		return "***Sensitive Data Redacted***"
	}
	rv = reflect.Indirect(rv)
	switch s.Kind {
	case Structure:
		parts := make([]string, len(s.Members))
		for i := range s.Members {
			parts[i] = lowerFirst(s.Members[i].Name) + "=" + v.show(v.service.Shape(s.Members[i].Shape), rv.Field(i))
		}
		return s.Name + "(" + strings.Join(parts, ", ") + ")"
	case List:
		parts := make([]string, rv.Len())
		for i := range parts {
			parts[i] = v.show(v.service.Shape(s.Element), rv.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Map:
		parts := make([]string, 0, rv.Len())
		for _, k := range sortedKeys(rv) {
			parts = append(parts, k.String()+"="+v.show(v.service.Shape(s.Element), rv.MapIndex(k)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return showScalar(rv)
}

func showScalar(rv reflect.Value) string {
	switch x := rv.Interface().(type) {
	case float64:
		if x == float64(int64(x)) {
			return strconv.FormatFloat(x, 'f', 1, 64)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	case []byte:
		return fmt.Sprintf("java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]", len(x), len(x))
	case time.Time:
		return x.Format(time.UnixDate)
	case io.Reader:
		return "stream"
	default:
		return fmt.Sprint(x)
	}
}

func sortedKeys(rv reflect.Value) []reflect.Value {
	keys := rv.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}
