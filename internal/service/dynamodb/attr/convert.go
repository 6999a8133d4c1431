package attr

import (
	"encoding/base64"
	"slices"
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

const invalidValues = "One or more parameter values were invalid: "

// FromAPI encodes an item that came in a request. What AWS refuses in values
// is refused in AWS's words; of several faults the one in the attribute whose
// name sorts first is told.
func FromAPI(item map[string]ddb.AttributeValue) (Item, error) {
	dst := make([]byte, headerBytes, headerBytes+encodedBytes(item))
	dst, err := appendMap(dst, item, 0)
	if err != nil {
		return nil, err
	}
	return sealed(dst), nil
}

// ValueFromAPI encodes one value that came in a request.
func ValueFromAPI(v *ddb.AttributeValue) (Value, error) { return appendValue(nil, v, 0) }

// encodedBytes guesses how many bytes the attributes will take, closely
// enough that one allocation nearly always does.
func encodedBytes(item map[string]ddb.AttributeValue) int {
	n := 0
	for name, v := range item {
		n += len(name) + len(v.B) + 8
		if v.S != nil {
			n += len(*v.S)
		} else if v.N != nil {
			n += maxPairs
		}
	}
	return n
}

func appendMap(dst []byte, m map[string]ddb.AttributeValue, depth int) ([]byte, error) {
	var few [24]string // names of most items, without an allocation
	names := few[:0]
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(name) >= maxNameBytes {
			return nil, awserr.Validation(invalidValues + "Attribute name is too large, must be less than 65536 bytes")
		}
		v := m[name]
		var err error
		dst = appendPrefixed(dst, name)
		if dst, err = appendValue(dst, &v, depth); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// maxNameBytes is the length at which an attribute's name is too long.
const maxNameBytes = 64 << 10

// appendValue appends one value. depth counts the lists and maps around it.
func appendValue(dst []byte, v *ddb.AttributeValue, depth int) ([]byte, error) {
	switch count := datatypes(v); {
	case count == 0:
		return nil, awserr.Validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	case count > 1:
		return nil, awserr.Validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	if depth >= MaxDepth {
		return nil, awserr.Validation("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
	}
	switch {
	case v.S != nil:
		return appendTagged(dst, tagS, *v.S), nil
	case v.N != nil:
		return appendNumberText(dst, *v.N)
	case v.B != nil:
		return appendTagged(dst, tagB, v.B), nil
	case v.BOOL != nil:
		return append(dst, BoolValue(*v.BOOL)...), nil
	case v.NULL != nil:
		if !*v.NULL {
			return nil, awserr.Validation(invalidValues + "Null attribute value types must have the value of true")
		}
		return append(dst, tagNull), nil
	case v.SS != nil:
		return appendStringSet(dst, v.SS)
	case v.NS != nil:
		return appendNumberSet(dst, v.NS)
	case v.BS != nil:
		return appendBinarySet(dst, v.BS)
	}
	var err error
	depth++
	if v.M != nil {
		dst, mark := open(dst, tagM)
		if dst, err = appendMap(dst, v.M, depth); err != nil {
			return nil, err
		}
		return shut(dst, mark), nil
	}
	dst, mark := open(dst, tagL)
	for i := range v.L {
		if dst, err = appendValue(dst, &v.L[i], depth); err != nil {
			return nil, err
		}
	}
	return shut(dst, mark), nil
}

// datatypes counts the members of v that are set.
func datatypes(v *ddb.AttributeValue) int {
	n := 0
	for _, set := range [...]bool{v.S != nil, v.N != nil, v.B != nil, v.BOOL != nil, v.NULL != nil,
		v.SS != nil, v.NS != nil, v.BS != nil, v.L != nil, v.M != nil} {
		if set {
			n++
		}
	}
	return n
}

func appendNumberText(dst []byte, text string) ([]byte, error) {
	var buf [maxPairs + 2]byte
	payload, err := appendNumber(buf[:0], text)
	if err != nil {
		return nil, numberError(err, text)
	}
	return appendTagged(dst, tagN, payload), nil
}

// numberError tells what is wrong with a number as AWS does: a text that is
// none is repeated.
func numberError(err error, text string) error {
	if err == ErrNotANumber && text != "" {
		return awserr.Validation(awserr.From(err).Message + ": " + text)
	}
	return err
}

func appendStringSet(dst []byte, set []string) ([]byte, error) {
	if len(set) == 0 {
		return nil, awserr.Validation(invalidValues + "An string set  may not be empty")
	}
	members := make([][]byte, len(set))
	for i, s := range set {
		if s == "" {
			return nil, awserr.Validation(invalidValues + "An string set may not have a empty string as a member")
		}
		members[i] = []byte(s)
	}
	v := SetOf(StringSet, members)
	if v.Len() < len(set) {
		return nil, awserr.Validation(invalidValues + "Input collection [" + strings.Join(set, ", ") + "] contains duplicates.")
	}
	return append(dst, v...), nil
}

func appendNumberSet(dst []byte, set []string) ([]byte, error) {
	if len(set) == 0 {
		return nil, awserr.Validation(invalidValues + "An number set  may not be empty")
	}
	members := make([][]byte, len(set))
	for i, text := range set {
		payload, err := appendNumber(nil, text)
		if err != nil {
			return nil, numberError(err, text)
		}
		members[i] = payload
	}
	v := SetOf(NumberSet, members)
	if v.Len() < len(set) {
		return nil, awserr.Validation("Input collection contains duplicates")
	}
	return append(dst, v...), nil
}

func appendBinarySet(dst []byte, set [][]byte) ([]byte, error) {
	if len(set) == 0 {
		return nil, awserr.Validation(invalidValues + "Binary sets should not be empty")
	}
	for _, b := range set {
		if len(b) == 0 {
			return nil, awserr.Validation(invalidValues + "Binary sets may not contain null or empty values")
		}
	}
	v := SetOf(BinarySet, slices.Clone(set))
	if v.Len() < len(set) {
		texts := make([]string, len(set))
		for i, b := range set {
			texts[i] = base64.StdEncoding.EncodeToString(b)
		}
		return nil, awserr.Validation(invalidValues + "Input collection [" + strings.Join(texts, ", ") + "]of type BS contains duplicates.")
	}
	return append(dst, v...), nil
}

// API returns the attributes as an answer carries them, or nil for no item.
func (it Item) API() map[string]ddb.AttributeValue {
	if it == nil {
		return nil
	}
	m := make(map[string]ddb.AttributeValue, it.Len())
	for name, v := range it.All() {
		m[string(name)] = v.API()
	}
	return m
}

// API returns the value as an answer carries it.
func (v Value) API() ddb.AttributeValue {
	switch v.Kind() {
	case Null:
		return ddb.AttributeValue{NULL: new(true)}
	case Bool:
		return ddb.AttributeValue{BOOL: new(v.IsTrue())}
	case Number:
		return ddb.AttributeValue{N: new(v.Text())}
	case String:
		return ddb.AttributeValue{S: new(v.Text())}
	case Binary:
		return ddb.AttributeValue{B: present(v.Payload())}
	case StringSet, NumberSet:
		texts := []string{}
		for member := range v.Members() {
			texts = append(texts, Scalar(v.Kind().Member(), member).Text())
		}
		if v.Is(StringSet) {
			return ddb.AttributeValue{SS: texts}
		}
		return ddb.AttributeValue{NS: texts}
	case BinarySet:
		members := [][]byte{}
		for member := range v.Members() {
			members = append(members, present(member))
		}
		return ddb.AttributeValue{BS: members}
	case List:
		list := []ddb.AttributeValue{}
		for element := range v.Elements() {
			list = append(list, element.API())
		}
		return ddb.AttributeValue{L: list}
	case Map:
		m := map[string]ddb.AttributeValue{}
		for name, field := range v.Fields() {
			m[string(name)] = field.API()
		}
		return ddb.AttributeValue{M: m}
	}
	return ddb.AttributeValue{}
}

// present copies b into a slice that is not nil: nil means absent.
func present(b []byte) []byte { return append([]byte{}, b...) }
