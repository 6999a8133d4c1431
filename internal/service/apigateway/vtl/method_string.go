package vtl

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"cloudless/internal/service/apigateway/value"
)

// onString makes a method of a function of the string itself.
func onString[T any](f func(s string) T) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) {
		s := x.recv.(string)
		if err := x.r.scan(len(s)); err != nil {
			return nil, err
		}
		return x.made(f(s))
	}
}

// withString makes a method of a function of the string and a string argument.
func withString[T any](f func(s, arg string) T) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) {
		s, arg := x.recv.(string), x.str(0)
		if err := x.r.scan(len(s) + len(arg)); err != nil {
			return nil, err
		}
		return x.made(f(s, arg))
	}
}

// made returns v, counting the memory if it is a string.
func (x *invocation) made(v Value) (Value, error) {
	if s, ok := v.(string); ok {
		if err := x.r.alloc(len(s)); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// stringMethods are those of java.lang.String. Of overloads that fit the same
// arguments the first counts.
var stringMethods = class{
	"length":           {{"", onString(func(s string) int32 { return int32(value.Len16(s)) })}},
	"isEmpty":          {{"", onString(func(s string) bool { return s == "" })}},
	"isBlank":          {{"", onString(func(s string) bool { return strings.TrimFunc(s, javaSpace) == "" })}},
	"trim":             {{"", onString(func(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) })}},
	"strip":            {{"", onString(func(s string) string { return strings.TrimFunc(s, javaSpace) })}},
	"stripLeading":     {{"", onString(func(s string) string { return strings.TrimLeftFunc(s, javaSpace) })}},
	"stripTrailing":    {{"", onString(func(s string) string { return strings.TrimRightFunc(s, javaSpace) })}},
	"toLowerCase":      {{"", onString(cases.Lower(language.Und).String)}},
	"toUpperCase":      {{"", onString(cases.Upper(language.Und).String)}},
	"intern":           {{"", onString(func(s string) string { return s })}},
	"toString":         {{"", func(x *invocation) (Value, error) { return x.recv, nil }}},
	"concat":           {{"s", withString(func(s, arg string) string { return s + arg })}},
	"contains":         {{"s", withString(strings.Contains)}},
	"contentEquals":    {{"s", withString(func(s, arg string) bool { return s == arg })}},
	"equalsIgnoreCase": {{"s", withString(strings.EqualFold)}},
	"endsWith":         {{"s", withString(strings.HasSuffix)}},
	"startsWith":       {{"s", withString(strings.HasPrefix)}, {"si", startsWithAt}},
	"compareTo":        {{"s", withString(func(s, arg string) int32 { return int32(value.CompareStrings(s, arg)) })}},
	"compareToIgnoreCase": {{"s", withString(func(s, arg string) int32 {
		return int32(value.CompareStrings(strings.ToLower(s), strings.ToLower(arg)))
	})}},
	"matches":      {{"s", matches}},
	"replaceAll":   {{"ss", func(x *invocation) (Value, error) { return replaceRegexp(x, -1) }}},
	"replaceFirst": {{"ss", func(x *invocation) (Value, error) { return replaceRegexp(x, 1) }}},
	"replace":      {{"hh", replaceChar}, {"ss", replaceString}},
	"split":        {{"s", split}, {"si", split}},
	"charAt":       {{"i", charAt}},
	"codePointAt":  {{"i", codePointAt}},
	"substring":    {{"i", substring}, {"ii", substring}},
	"subSequence":  {{"ii", substring}},
	"indexOf":      {{"s", indexOf}, {"i", indexOf}, {"si", indexOf}, {"ii", indexOf}},
	"lastIndexOf":  {{"s", lastIndexOf}, {"i", lastIndexOf}, {"si", lastIndexOf}, {"ii", lastIndexOf}},
	"repeat":       {{"i", repeat}},
	"format":       {{"s*", format}},
	"toCharArray":  {{"", toCharArray}},
	"valueOf":      {{"r", ofChars}, {"o", stringOf}},
	"copyValueOf":  {{"r", ofChars}},
	"join":         {{"sc", joinAll}, {"s*", joinAll}},
}

// javaSpace is Character.isWhitespace: no-break spaces are none.
func javaSpace(r rune) bool {
	return unicode.IsSpace(r) && r != 0xa0 && r != 0x2007 && r != 0x202f && r != 0x85 || r >= 0x1c && r <= 0x1f
}

// receiver returns the string as units and counts the work of looking at it.
func (x *invocation) receiver() (units, error) {
	s := x.recv.(string)
	return unitsOf(s), x.r.scan(len(s))
}

func outOfBounds(format string, args ...any) error {
	return fmt.Errorf("java.lang.StringIndexOutOfBoundsException: "+format, args...)
}

func charAt(x *invocation) (Value, error) {
	u, err := x.receiver()
	if err != nil {
		return nil, err
	}
	i := x.int(0)
	if i < 0 || i >= u.len() {
		return nil, outOfBounds("index %d, length %d", i, u.len())
	}
	return value.Char(u.at(i)), nil
}

func codePointAt(x *invocation) (Value, error) {
	u, err := x.receiver()
	if err != nil {
		return nil, err
	}
	i := x.int(0)
	if i < 0 || i >= u.len() {
		return nil, outOfBounds("index %d, length %d", i, u.len())
	}
	if i+1 < u.len() {
		if r := utf16.DecodeRune(rune(u.at(i)), rune(u.at(i+1))); r != utf8.RuneError {
			return r, nil
		}
	}
	return int32(u.at(i)), nil
}

func substring(x *invocation) (Value, error) {
	u, err := x.receiver()
	if err != nil {
		return nil, err
	}
	from, to := x.int(0), u.len()
	if len(x.args) > 1 {
		to = x.int(1)
	}
	if from < 0 || to > u.len() || from > to {
		return nil, outOfBounds("begin %d, end %d, length %d", from, to, u.len())
	}
	return x.made(u.slice(from, to))
}

// needle returns what indexOf looks for: a string, or the character of that code.
func (x *invocation) needle() string {
	if code, ok := x.args[0].(int32); ok {
		return string(rune(code))
	}
	return x.str(0)
}

func indexOf(x *invocation) (Value, error) {
	s := x.recv.(string)
	if err := x.r.scan(2 * len(s)); err != nil {
		return nil, err
	}
	from := 0
	if len(x.args) > 1 {
		from = byteOffset(s, x.int(1))
	}
	i := strings.Index(s[from:], x.needle())
	if i < 0 {
		return int32(-1), nil
	}
	return int32(value.Len16(s[:from+i])), nil
}

func lastIndexOf(x *invocation) (Value, error) {
	s, n := x.recv.(string), x.needle()
	if err := x.r.scan(2 * len(s)); err != nil {
		return nil, err
	}
	end := len(s)
	if len(x.args) > 1 {
		if x.int(1) < 0 {
			return int32(-1), nil
		}
		end = min(len(s), byteOffset(s, x.int(1))+len(n))
	}
	i := strings.LastIndex(s[:end], n)
	if i < 0 {
		return int32(-1), nil
	}
	return int32(value.Len16(s[:i])), nil
}

func startsWithAt(x *invocation) (Value, error) {
	u, err := x.receiver()
	if err != nil {
		return nil, err
	}
	n, at := unitsOf(x.str(0)), x.int(1)
	return at >= 0 && at+n.len() <= u.len() && u.hasAt(at, n), nil
}

func replaceChar(x *invocation) (Value, error) {
	return x.replace(x.args[0].(value.Char).String(), x.args[1].(value.Char).String())
}

func replaceString(x *invocation) (Value, error) { return x.replace(x.str(0), x.str(1)) }

func (x *invocation) replace(old, with string) (Value, error) {
	s := x.recv.(string)
	grown := len(s) + strings.Count(s, old)*(len(with)-len(old))
	if err := x.r.alloc(max(0, grown)); err != nil { // before it is made
		return nil, err
	}
	return strings.ReplaceAll(s, old, with), nil
}

func repeat(x *invocation) (Value, error) {
	s, n := x.recv.(string), x.int(0)
	if n < 0 {
		return nil, errors.New("java.lang.IllegalArgumentException: count is negative")
	}
	if n > 0 && len(s) > x.r.limits.Memory/n {
		return nil, &LimitError{"Memory", x.r.limits.Memory}
	}
	if err := x.r.alloc(len(s) * n); err != nil {
		return nil, err
	}
	return strings.Repeat(s, n), nil
}

func toCharArray(x *invocation) (Value, error) {
	u, err := x.receiver()
	if err == nil {
		err = x.r.alloc(elemSize * u.len())
	}
	if err != nil {
		return nil, err
	}
	l := value.ListOf(value.Array)
	for i := range u.len() {
		l.Add(value.Char(u.at(i)))
	}
	return l, nil
}

// ofChars is String.valueOf and copyValueOf with an array of characters.
func ofChars(x *invocation) (Value, error) {
	chars := x.list(0).Elems()
	if err := x.r.alloc(2 * len(chars)); err != nil {
		return nil, err
	}
	units := make([]uint16, len(chars))
	for i, c := range chars {
		units[i] = uint16(c.(value.Char))
	}
	return string(utf16.Decode(units)), nil
}

// stringOf is String.valueOf.
func stringOf(x *invocation) (Value, error) {
	s, ok, err := x.r.toString(x.args[0])
	if !ok {
		s = "null"
	}
	return s, err
}

// joinAll is String.join with a collection, or with strings one by one.
func joinAll(x *invocation) (Value, error) {
	elems := x.args[1:]
	if len(elems) == 1 {
		if l, ok := elems[0].(*value.List); ok {
			elems = l.Elems()
		}
	}
	var b strings.Builder
	for i, e := range elems {
		s, ok, err := x.r.toString(e)
		if !ok {
			s = "null"
		}
		if err == nil && i > 0 {
			err = x.r.alloc(len(x.str(0)))
			b.WriteString(x.str(0))
		}
		if err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}
