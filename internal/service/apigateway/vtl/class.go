package vtl

import (
	"math/big"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"cloudless/internal/service/apigateway/value"
)

// className returns the name of the Java class of v.
func className(v Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return "java.lang.Boolean"
	case string:
		return "java.lang.String"
	case value.Char:
		return "java.lang.Character"
	case int32:
		return "java.lang.Integer"
	case int64:
		return "java.lang.Long"
	case *big.Int:
		return "java.math.BigInteger"
	case float64:
		return "java.lang.Double"
	case *apd.Decimal:
		return "java.math.BigDecimal"
	case *value.Map:
		return "java.util.LinkedHashMap"
	case *value.Entry:
		return "java.util.Map.Entry"
	case *value.List:
		return [...]string{
			value.ArrayList: "java.util.ArrayList",
			value.JSONArray: "net.minidev.json.JSONArray",
			value.Set:       "java.util.Set",
			value.Array:     "[Ljava.lang.String;",
		}[v.Kind()]
	case *iterator:
		return "java.util.Iterator"
	}
	return "java.lang.Object"
}

// classTable returns the methods of v's class.
func classTable(v Value) class {
	switch v := v.(type) {
	case bool:
		return booleanMethods
	case string:
		return stringMethods
	case value.Char:
		return characterMethods
	case int32:
		return integerMethods
	case int64:
		return longMethods
	case float64:
		return doubleMethods
	case *big.Int:
		return bigIntegerMethods
	case *apd.Decimal:
		return numberMethods
	case *value.Map:
		return mapMethods
	case *value.Entry:
		return entryMethods
	case *value.List:
		switch v.Kind() {
		case value.Set:
			return setMethods
		case value.Array:
			return arrayMethods
		case value.JSONArray:
			return jsonArrayMethods
		}
		return listMethods
	}
	return nil
}

// notBuilt names methods that Java has, that take or give values which templates
// can have, and that are not here. Calling one is an error, not null.
var notBuilt = map[string][]string{
	"java.lang.String":           {"formatted", "chars", "codePoints", "getBytes", "lines", "transform", "describeConstable", "codePointBefore", "codePointCount", "offsetByCodePoints", "regionMatches", "indent", "stripIndent", "translateEscapes"},
	"java.util.ArrayList":        {"stream", "parallelStream", "forEach", "sort", "removeIf", "replaceAll", "listIterator", "spliterator", "clone"},
	"net.minidev.json.JSONArray": {"stream", "parallelStream", "forEach", "sort", "removeIf", "replaceAll", "listIterator", "spliterator", "clone"},
	"java.util.LinkedHashMap":    {"forEach", "compute", "computeIfAbsent", "computeIfPresent", "merge", "replaceAll", "clone"},
	"java.util.Set":              {"stream", "parallelStream", "forEach", "removeIf", "spliterator", "add", "addAll", "remove", "removeAll", "retainAll", "clear"},
	"java.math.BigInteger":       {"pow", "modPow", "modInverse", "gcd", "shiftLeft", "shiftRight", "and", "or", "xor", "not", "testBit", "setBit", "sqrt"},
	"java.math.BigDecimal":       {"add", "subtract", "multiply", "divide", "setScale", "pow", "negate", "abs", "signum", "compareTo", "max", "min", "round", "toPlainString", "stripTrailingZeros"},
	"java.util.Map.Entry":        {"setValue"},
}

// classValue is what getClass returns.
type classValue struct{ name string }

func classOf(v Value) Value { return &classValue{className(v)} }

// Get reads name or simpleName.
func (c *classValue) Get(property string) (Value, error) {
	switch property {
	case "name", "typeName":
		return c.name, nil
	case "simpleName":
		return c.name[strings.LastIndexByte(c.name, '.')+1:], nil
	}
	return nil, value.ErrNoMember
}

// Call answers the getters of the properties.
func (c *classValue) Call(method string, args []Value) (Value, error) {
	if len(args) == 0 {
		switch method {
		case "getName", "getTypeName":
			return c.Get("name")
		case "getSimpleName":
			return c.Get("simpleName")
		case "toString":
			return c.String(), nil
		}
	}
	return nil, value.ErrNoMember
}

// String prints as Class.toString does.
func (c *classValue) String() string { return "class " + c.name }

// iterator is what iterator() of a collection returns.
type iterator struct{ it *value.Iterator }

// Get finds no properties.
func (i *iterator) Get(string) (Value, error) { return nil, value.ErrNoMember }

// Call answers hasNext and next.
func (i *iterator) Call(method string, args []Value) (Value, error) {
	if len(args) == 0 {
		switch method {
		case "hasNext":
			return i.it.HasNext(), nil
		case "next":
			v, ok := i.it.Next()
			if !ok {
				return nil, errNoNext
			}
			return v, nil
		}
	}
	return nil, value.ErrNoMember
}
