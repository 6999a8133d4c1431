package value

import (
	"fmt"
	"math/big"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
)

// Append appends v.toString() to dst. The result, dst included, may have max
// bytes; beyond that the error is [ErrTooLong].
func Append(dst []byte, v Value, max int) ([]byte, error) {
	p := printer{dst: dst, max: max}
	p.value(v, 0)
	return p.dst, p.err
}

// String returns v.toString(), for tests and messages.
func String(v Value) string {
	s, err := Append(nil, v, 1<<20)
	if err != nil {
		return err.Error()
	}
	return string(s)
}

// printer writes text until it is done or out of room; after an error it does
// nothing more.
type printer struct {
	dst []byte
	max int
	err error
	web bool // inside a JSON array that is printed: the slash is escaped
}

func (p *printer) ok(depth int) bool {
	switch {
	case p.err != nil:
	case depth > maxDepth:
		p.err = ErrTooDeep
	case len(p.dst) > p.max:
		p.err = ErrTooLong
	}
	return p.err == nil
}

func (p *printer) text(s string) {
	if p.err == nil && len(p.dst)+len(s) > p.max {
		p.err = ErrTooLong
	}
	if p.err == nil {
		p.dst = append(p.dst, s...)
	}
}

// scalar writes what is neither a container nor an object, and reports whether v
// was such a thing.
func (p *printer) scalar(v Value) bool {
	switch v := v.(type) {
	case nil:
		p.text("null")
	case bool:
		p.text(strconv.FormatBool(v))
	case string:
		p.text(v)
	case Char:
		p.text(v.String())
	case int32:
		p.dst = strconv.AppendInt(p.dst, int64(v), 10)
	case int64:
		p.dst = strconv.AppendInt(p.dst, v, 10)
	case float64:
		p.dst = AppendDouble(p.dst, v)
	case *big.Int:
		p.dst = v.Append(p.dst, 10)
	case *apd.Decimal:
		p.text(v.String())
	default:
		return false
	}
	return true
}

func (p *printer) value(v Value, depth int) {
	if !p.ok(depth) || p.scalar(v) {
		return
	}
	switch v := v.(type) {
	case *List:
		p.list(v, depth)
	case *Map:
		p.mapping(v, depth)
	case *Entry:
		p.value(v.Key, depth+1)
		p.text("=")
		p.value(v.Value, depth+1)
	case fmt.Stringer:
		p.text(v.String())
	default:
		p.text("java.lang.Object")
	}
}

func (p *printer) list(l *List, depth int) {
	switch l.kind {
	case JSONArray:
		p.web = true
		p.jsonValue(l, depth)
		p.web = false
		return
	case Array:
		// Java prints an array's type and address. The address means nothing, so
		// it is always the same one here.
		p.text("[Ljava.lang.String;@0")
		return
	}
	p.text("[")
	for i, e := range l.elems {
		if i > 0 {
			p.text(", ")
		}
		if e == Value(l) {
			p.text("(this Collection)")
			continue
		}
		p.value(e, depth+1)
		if p.err != nil {
			return
		}
	}
	p.text("]")
}

func (p *printer) mapping(m *Map, depth int) {
	p.text("{")
	first := true
	for k, v := range m.All() {
		if !first {
			p.text(", ")
		}
		first = false
		p.orThis(k, m, depth)
		p.text("=")
		p.orThis(v, m, depth)
		if p.err != nil {
			return
		}
	}
	p.text("}")
}

func (p *printer) orThis(v Value, m *Map, depth int) {
	if v == Value(m) {
		p.text("(this Map)")
		return
	}
	p.value(v, depth+1)
}

// String returns the character; half of a surrogate pair becomes U+FFFD.
func (c Char) String() string {
	r := rune(c)
	if utf16.IsSurrogate(r) {
		r = utf8.RuneError
	}
	return string(r)
}
