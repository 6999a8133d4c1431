package wire

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// violation is one constraint that a value does not satisfy.
type violation struct {
	constraint string
	words      string // AWS's own, in place of the constraint; or ""
}

// broken returns the constraints of s itself that the value does not satisfy.
func broken(s *Shape, rv reflect.Value) []violation {
	switch s.Kind {
	case String, Enum:
		return brokenByText(s, rv.String())
	case List, Map, Blob:
		return outside(s, float64(rv.Len()), "length", "")
	case Integer, Long:
		return outside(s, float64(rv.Int()), "value", "")
	case Float, Double:
		return outside(s, rv.Float(), "value", "")
	}
	return nil
}

func brokenByText(s *Shape, text string) []violation {
	var found []violation
	if s.Pattern != "" && !matches(s.Pattern, text) {
		found = append(found, violation{patternConstraint(s), s.Words.Pattern})
	}
	found = append(found, outside(s, float64(utf8.RuneCountInString(text)), "length", s.Words.TooLong)...)
	if s.Kind == Enum && len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
		found = append(found, violation{constraint: enumConstraint(s)})
	}
	return found
}

// outside returns the bound of s that n breaks, if it does.
func outside(s *Shape, n float64, what, tooMuch string) []violation {
	switch {
	case s.HasMax && n > s.Max:
		return []violation{{bound(s, n, what), tooMuch}}
	case s.HasMin && n < s.Min:
		return []violation{{constraint: bound(s, n, what)}}
	}
	return nil
}

// constraints lists all that s demands, as messages about the elements of a
// list or map do.
func constraints(s *Shape) []string {
	what := "length"
	switch s.Kind {
	case Integer, Long, Float, Double:
		what = "value"
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
