package wire

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxShownBytes bounds a value that a message repeats, so that the refusal of
// a large request is not larger still. Where AWS cuts is not known.
const maxShownBytes = 16 << 10

// show writes a value as Java's toString does, which AWS's messages repeat.
// What is sensitive further in stays hidden.
func (v *validator) show(s *Shape, rv reflect.Value) string {
	w := shower{service: v.service}
	w.value(s, rv)
	text := w.String()
	if len(text) <= maxShownBytes {
		return text
	}
	end := maxShownBytes
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// shower writes values until there are more bytes than will be shown.
type shower struct {
	strings.Builder
	service *Service
}

func (w *shower) full() bool { return w.Len() > maxShownBytes }

func (w *shower) value(s *Shape, rv reflect.Value) {
	switch {
	case w.full():
		return
	case isAbsent(s, rv):
		w.WriteString("null")
		return
	case s.Sensitive:
		w.WriteString("***Sensitive Data Redacted***")
		return
	}
	switch rv = reflect.Indirect(rv); s.Kind {
	case Structure:
		w.structure(s, rv)
	case List:
		w.list(s, rv)
	case Map:
		w.mapping(s, rv)
	default:
		w.WriteString(showScalar(rv))
	}
}

func (w *shower) structure(s *Shape, rv reflect.Value) {
	w.WriteString(s.Name + "(")
	for i := range s.Members {
		w.comma(i)
		w.WriteString(lowerFirst(s.Members[i].Name) + "=")
		w.value(w.service.Shape(s.Members[i].Shape), rv.Field(i))
	}
	w.WriteByte(')')
}

func (w *shower) list(s *Shape, rv reflect.Value) {
	w.WriteByte('[')
	for i := 0; i < rv.Len() && !w.full(); i++ {
		w.comma(i)
		w.value(w.service.Shape(s.Element), rv.Index(i))
	}
	w.WriteByte(']')
}

func (w *shower) mapping(s *Shape, rv reflect.Value) {
	w.WriteByte('{')
	for i, k := range sortedKeys(rv) {
		if w.full() {
			break
		}
		w.comma(i)
		w.WriteString(k.String() + "=")
		w.value(w.service.Shape(s.Element), rv.MapIndex(k))
	}
	w.WriteByte('}')
}

func (w *shower) comma(i int) {
	if i > 0 {
		w.WriteString(", ")
	}
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
