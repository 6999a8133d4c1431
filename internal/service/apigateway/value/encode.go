package value

import (
	"fmt"
	"math"
)

// AppendJSON appends v as compact JSON, keys in their order. The result, dst
// included, may have max bytes; beyond that the error is [ErrTooLong].
//
// Control characters and U+007F to U+009F and U+2000 to U+20FF are written as
// \uXXXX in capitals; the slash and everything else stand for themselves. That is
// how API Gateway's encoder writes. Infinite numbers and NaN become null.
func AppendJSON(dst []byte, v Value, max int) ([]byte, error) {
	p := printer{dst: dst, max: max}
	p.jsonValue(v, 0)
	return p.dst, p.err
}

func (p *printer) jsonValue(v Value, depth int) {
	if !p.ok(depth) {
		return
	}
	switch v := v.(type) {
	case string:
		p.quoted(v)
	case Char:
		p.quoted(v.String())
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			p.text("null")
			return
		}
		p.scalar(v)
	case *List:
		p.text("[")
		for i, e := range v.elems {
			if i > 0 {
				p.text(",")
			}
			p.jsonValue(e, depth+1)
			if p.err != nil {
				return
			}
		}
		p.text("]")
	case *Map:
		p.text("{")
		first := true
		for k, e := range v.All() {
			if !first {
				p.text(",")
			}
			first = false
			p.key(k, depth)
			p.text(":")
			p.jsonValue(e, depth+1)
			if p.err != nil {
				return
			}
		}
		p.text("}")
	case *Entry:
		p.jsonValue(MapOf("key", v.Key, "value", v.Value), depth+1)
	default:
		if p.scalar(v) {
			return
		}
		if s, ok := v.(fmt.Stringer); ok {
			p.quoted(s.String())
			return
		}
		p.text("{}")
	}
}

// key writes a key of a map: JSON knows texts alone, so another value is one by its
// toString. A key may hold the map that it is a key of, so it is as deep as its map.
func (p *printer) key(k Value, depth int) {
	if s, ok := k.(string); ok {
		p.quoted(s)
		return
	}
	text := printer{max: p.max - len(p.dst)}
	text.value(k, depth+1)
	if text.err != nil {
		p.err = text.err
		return
	}
	p.quoted(string(text.dst))
}

// quoted writes s as a JSON string.
func (p *printer) quoted(s string) {
	p.text(`"`)
	start := 0
	for i, r := range s {
		esc := p.escape(r)
		if esc == "" {
			continue
		}
		p.text(s[start:i])
		p.text(esc)
		start = i + len(string(r))
	}
	if start < len(s) {
		p.text(s[start:])
	}
	p.text(`"`)
}

// escape returns how r is written in a string, or "" for as itself.
func (p *printer) escape(r rune) string {
	switch r {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	case '/':
		if p.web {
			return `\/`
		}
		return ""
	}
	if r < 0x20 || r >= 0x7f && r <= 0x9f || r >= 0x2000 && r <= 0x20ff {
		return fmt.Sprintf(`\u%04X`, r)
	}
	return ""
}
