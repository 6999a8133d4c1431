package wire

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
)

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
