package mapping

import (
	"strconv"

	"cloudless/internal/service/apigateway/value"
)

// Context is $context: what is known of the call, and what templates override.
type Context struct{ vars *value.Map }

// NewContext returns a context of these variables. Nested ones, such as identity,
// are maps themselves; what is null prints nothing. The map becomes the context's
// own: NewContext adds requestOverride and responseOverride to it.
func NewContext(vars *value.Map) *Context {
	vars = orEmpty(vars)
	vars.Put("requestOverride", value.MapOf(
		"header", value.NewMap(), "path", value.NewMap(), "querystring", value.NewMap()))
	vars.Put("responseOverride", value.MapOf("header", value.NewMap()))
	return &Context{vars}
}

// Override is one parameter that a template set. A list makes several values.
type Override struct {
	Name   string
	Values []string
}

// Overrides is what templates set in $context, in the order of setting.
type Overrides struct {
	RequestHeader, RequestPath, RequestQuerystring []Override
	ResponseHeader                                 []Override
	// Status is that of the method response, or 0.
	Status int
}

// Overrides returns what the templates rendered with c until now have set.
func (c *Context) Overrides() Overrides {
	request, response := c.section("requestOverride"), c.section("responseOverride")
	o := Overrides{
		RequestHeader:      overrides(request, "header"),
		RequestPath:        overrides(request, "path"),
		RequestQuerystring: overrides(request, "querystring"),
		ResponseHeader:     overrides(response, "header"),
	}
	if status, ok := response.Get("status"); ok {
		if n, err := strconv.Atoi(text(status)); err == nil && n >= 100 && n <= 599 {
			o.Status = n
		}
	}
	return o
}

// section returns a map in the context; a template may have put anything there.
func (c *Context) section(name string) *value.Map {
	v, _ := c.vars.Get(name)
	m, _ := v.(*value.Map)
	return orEmpty(m)
}

func overrides(section *value.Map, name string) []Override {
	v, _ := section.Get(name)
	m, _ := v.(*value.Map)
	var os []Override
	for k, v := range orEmpty(m).All() {
		os = append(os, Override{text(k), texts(v)})
	}
	return os
}

// texts returns a list's elements as strings, or the one string of another value.
func texts(v value.Value) []string {
	l, ok := v.(*value.List)
	if !ok {
		return []string{text(v)}
	}
	var ts []string
	for _, e := range l.Elems() {
		ts = append(ts, text(e))
	}
	return ts
}

// text is a value as a string; null is empty.
func text(v value.Value) string {
	if v == nil {
		return ""
	}
	s, err := value.Append(nil, v, maxText)
	if err != nil {
		return ""
	}
	return string(s)
}
