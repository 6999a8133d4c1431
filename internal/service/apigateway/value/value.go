package value

import (
	"errors"
	"math"
)

// Value is one Java object. Its dynamic type is one of
//
//	nil            null
//	bool           Boolean
//	string         String (UTF-8 here; lengths and indexes count UTF-16 units)
//	Char           Character
//	int32          Integer
//	int64          Long
//	*big.Int       BigInteger
//	float64        Double
//	*apd.Decimal   BigDecimal
//	*List          a List, Set or array
//	*Map           a LinkedHashMap
//	*Entry         a Map.Entry
//	Object         anything that brings its own methods
//
// Numbers and strings are never changed in place; lists and maps are, and are
// shared by whoever holds the pointer, as in Java.
type Value = any

// Char is a Java char: one UTF-16 code unit.
type Char uint16

// Object is a value with methods and properties of its own.
//
// Both methods answer [ErrNoMember] for what the object does not have; a template
// then goes on with null. Any other error ends the template. An Object must be a
// pointer, so that it can be the key of a map.
type Object interface {
	// Call calls the method with that name. The callee owns neither args nor
	// what they point to.
	Call(method string, args []Value) (Value, error)
	// Get reads the property with that name.
	Get(property string) (Value, error)
}

// Setter is an [Object] whose properties can be assigned.
type Setter interface {
	Set(property string, v Value) error
}

// Errors of this package; compare with errors.Is.
var (
	ErrNoMember = errors.New("no such member")
	ErrTooLong  = errors.New("text is too long")
	ErrTooDeep  = errors.New("values are nested too deeply")
)

// maxDepth bounds every recursion over nested values. Jackson, which reads the
// payloads behind API Gateway, has the same bound.
const maxDepth = 1000

// Int returns n as an Integer where it fits and as a Long elsewhere.
func Int(n int64) Value {
	if n >= math.MinInt32 && n <= math.MaxInt32 {
		return int32(n)
	}
	return n
}
