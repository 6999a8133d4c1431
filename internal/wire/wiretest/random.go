package wiretest

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"cloudless/internal/wire"
)

// random makes values of a service's shapes that the protocol can carry. It
// follows from its seed.
type random struct {
	*rand.Rand
	service *wire.Service
}

// maxDepth is where optional members end, since shapes may hold themselves.
const maxDepth = 5

// fill sets the members of a structure.
func (g *random) fill(s *wire.Shape, rv reflect.Value, depth int) {
	type name struct {
		in   wire.Location
		text string
	}
	named := map[name]bool{}
	for i := range s.Members {
		m := &s.Members[i]
		shape := g.service.Shape(m.Shape)
		// Two members of one name, which a deprecated shape of S3 has, cannot be
		// told apart.
		if g.skips(s, m, shape) || named[name{m.In, m.WireName()}] {
			continue
		}
		named[name{m.In, m.WireName()}] = true
		// A form cannot tell an empty structure from none, so there all
		// structures have their scalars.
		wanted := m.Required || m.In == wire.InURI || g.service.Protocol == wire.AWSQuery && isScalar(shape.Kind)
		if wanted || depth < maxDepth && g.IntN(2) == 0 {
			g.set(s, m, shape, rv.Field(i), depth)
		}
	}
}

// skips tells members that a round trip cannot carry, or that describe the
// body that carries the rest.
func (g *random) skips(s *wire.Shape, m *wire.Member, shape *wire.Shape) bool {
	switch {
	case shape.Kind == wire.Stream || shape.Kind == wire.EventStream || m.In == wire.InStatus:
		return true
	case m.In == wire.InHeader:
		return describesBody(m.WireName())
	}
	return m.In == wire.InBody && s.Payload != "" && s.Payload != m.Name
}

func (g *random) set(s *wire.Shape, m *wire.Member, shape *wire.Shape, rv reflect.Value, depth int) {
	at := place{in: m.In, payload: s.Payload == m.Name, flattened: m.Flattened || shape.Flattened, timeFormat: m.TimestampFormat}
	if rv.Kind() == reflect.Pointer {
		rv.Set(reflect.New(rv.Type().Elem()))
		rv = rv.Elem()
	}
	g.value(shape, rv, at, depth)
}

// place is where a value travels, which bounds what it may be.
type place struct {
	in         wire.Location
	payload    bool
	flattened  bool
	timeFormat string
}

// isTight tells places that cannot tell an empty value from none.
func (p place) isTight() bool { return p.in != wire.InBody || p.payload || p.flattened }

func (g *random) value(s *wire.Shape, rv reflect.Value, at place, depth int) {
	switch s.Kind {
	case wire.Structure:
		g.fill(s, rv, depth+1)
	case wire.List:
		n := g.size(at)
		rv.Set(reflect.MakeSlice(rv.Type(), n, n))
		for i := range n {
			g.value(g.service.Shape(s.Element), rv.Index(i), place{in: at.in}, depth+1)
		}
	case wire.Map:
		rv.Set(reflect.MakeMap(rv.Type()))
		for range g.size(at) {
			e := reflect.New(rv.Type().Elem()).Elem()
			g.value(g.service.Shape(s.Element), e, place{in: at.in}, depth+1)
			rv.SetMapIndex(reflect.ValueOf(g.key(at)), e)
		}
	default:
		g.scalar(s, rv, at)
	}
}

// size draws the length of a list or map.
func (g *random) size(at place) int {
	if at.isTight() {
		return 1 + g.IntN(2)
	}
	return g.IntN(3)
}

func (g *random) key(at place) string {
	if at.in == wire.InBody {
		return g.text(at)
	}
	return "x-random-" + string(rune('a'+g.IntN(26))) // a header's name, or a parameter's
}

func (g *random) scalar(s *wire.Shape, rv reflect.Value, at place) {
	switch s.Kind {
	case wire.String:
		rv.SetString(g.text(at))
	case wire.Enum:
		rv.SetString("value")
		if len(s.Enum) > 0 {
			rv.SetString(s.Enum[g.IntN(len(s.Enum))])
		}
	case wire.Blob:
		data := make([]byte, g.IntN(4)+1)
		for i := range data {
			data[i] = byte(g.Uint32())
		}
		rv.SetBytes(data)
	case wire.Boolean:
		rv.SetBool(g.IntN(2) == 0)
	case wire.Integer:
		rv.SetInt(int64(int32(g.Uint32())))
	case wire.Long:
		rv.SetInt(int64(g.Uint64()))
	case wire.Float, wire.Double:
		rv.SetFloat(g.NormFloat64() * 1e6)
	case wire.Timestamp:
		rv.Set(reflect.ValueOf(g.time(s, at)))
	}
}

// time draws a time that the format can carry: whole seconds in headers.
func (g *random) time(s *wire.Shape, at place) time.Time {
	t := time.UnixMilli(g.Int64N(4e12)).UTC()
	if at.in == wire.InHeader || at.timeFormat == wire.RFC822 || s.TimestampFormat == wire.RFC822 {
		t = t.Truncate(time.Second)
	}
	return t
}

// alphabet has what may go wrong in a body: what JSON, XML and forms reserve,
// space, line breaks, and characters of every plane. What travels outside of a
// body has visible ASCII alone; a comma parts lists there.
var (
	alphabet = []rune("ab<>&\"'\\/=+%;,.:{}[]#?é漢😀 \t\r\n\u0085\u2028\u007f")
	visible  = []rune("ab<>&\"'\\/=+%;.:{}[]#?~")
)

func (g *random) text(at place) string {
	from, n := alphabet, g.IntN(6)
	if at.isTight() {
		n++
	}
	if at.in != wire.InBody {
		from = visible
	}
	var b strings.Builder
	for range n {
		b.WriteRune(from[g.IntN(len(from))])
	}
	return b.String()
}

func isScalar(k wire.Kind) bool { return k != wire.Structure && k != wire.List && k != wire.Map }
