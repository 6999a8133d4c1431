package main

import (
	"cmp"
	"slices"
	"strconv"
)

// schema writes the tables that drive the codecs.
func (g *generator) schema() {
	md := g.model.Metadata
	g.printf("package %s\n\nimport \"cloudless/internal/wire\"\n\n", g.name)
	g.printf("// Schema is the model that the codecs follow. It is never changed.\nvar Schema = wire.Service{\n")
	g.printf("Name: %q,\nID: %q,\nProtocol: wire.%s,\nAPIVersion: %q,\n", g.name, md.ServiceID, g.protocol(), md.APIVersion)
	if md.SigningName != g.name {
		g.text("SigningName", md.SigningName)
	}
	g.text("TargetPrefix", md.TargetPrefix)
	g.text("XMLNamespace", g.namespace())
	g.text("InternalError", g.overlay.InternalError)
	g.flag("PrefixedPaths", g.overlay.PrefixedPaths)
	g.flag("HiddenValues", g.overlay.HiddenValues)
	g.flag("Milliseconds", g.overlay.Milliseconds)
	g.flag("BareErrors", g.overlay.BareErrors)
	g.printf("Operations: []wire.Operation{\n")
	for _, name := range sortedKeys(g.model.Operations) {
		g.operation(name, g.model.Operations[name])
	}
	g.printf("},\nShapes: []wire.Shape{\n")
	for _, name := range g.order {
		g.shape(name, g.model.Shapes[name])
	}
	g.printf("},\n}\n\n// Places of the shapes in the schema.\nconst (\n")
	for i, name := range g.order {
		g.printf("%s wire.Ref = %d\n", place(name), i)
	}
	g.printf(")\n")
}

// place names the constant that holds a shape's place. Models have shapes
// whose names differ in the case of the first letter alone.
func place(shape string) string { return "at_" + shape }

func (g *generator) protocol() string {
	switch g.model.Metadata.Protocol {
	case "json":
		return "AWSJSON" + map[string]string{"1.0": "10", "1.1": "11"}[g.model.Metadata.JSONVersion]
	case "rest-json":
		return "RestJSON"
	case "rest-xml":
		return "RestXML"
	case "query":
		return "AWSQuery"
	}
	panic("unknown protocol " + g.model.Metadata.Protocol)
}

// namespace returns that of the service's XML. S3 declares its own on each
// body alone.
func (g *generator) namespace() string {
	if g.model.Metadata.XMLNamespace != "" || g.protocol() != "RestXML" {
		return g.model.Metadata.XMLNamespace
	}
	for _, name := range g.order {
		for _, r := range g.model.Shapes[name].Members.byName {
			if r.XMLNamespace.URI != "" && r.XMLNamespace.Prefix == "" {
				return r.XMLNamespace.URI
			}
		}
	}
	return ""
}

func (g *generator) operation(name string, op *operation) {
	g.printf("{Name: %q, Method: %q, URI: %q, ", name, op.HTTP.Method, op.HTTP.RequestURI)
	g.printf("Status: %d, Input: %s, Output: %s, ", max(op.HTTP.ResponseCode, 0)+boolInt(op.HTTP.ResponseCode == 0)*200, place(op.Input.Shape), place(op.Output.Shape))
	if op.Output.ResultWrapper != "" {
		g.printf("ResultWrapper: %q, ", op.Output.ResultWrapper)
	}
	if op.Input.LocationName != "" {
		g.printf("InputRoot: %q, ", op.Input.LocationName)
	}
	if slices.Contains(g.overlay.Unwrapped, name) {
		g.printf("Unwrapped: true, ")
	}
	if op.UnsignedPayload {
		g.printf("UnsignedBody: true, ")
	}
	if op.AuthType == "none" {
		g.printf("Anonymous: true, ")
	}
	if code := g.invalidInput(op); code != "" {
		g.printf("InvalidInput: %q, ", code)
	}
	g.printf("},\n")
}

func (g *generator) invalidInput(op *operation) string {
	lists := func(code string) bool {
		return slices.ContainsFunc(op.Errors, func(r ref) bool { return r.Shape == code })
	}
	if lists("ValidationException") && !lists(g.overlay.InvalidInput) {
		return ""
	}
	return g.overlay.InvalidInput
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (g *generator) shape(name string, s *shape) {
	g.printf("{Name: %q, Kind: wire.%s, ", name, s.kind())
	g.mark("Checked", g.checked[name])
	if root := g.overlay.Roots[name]; root != "" {
		g.printf("XMLName: %q, ", root)
	} else if s.LocationName != "" {
		g.printf("XMLName: %q, ", s.LocationName)
	}
	if s.Payload != "" {
		g.printf("Payload: %q, ", s.Payload)
	}
	if s.isError() {
		g.printf("Error: &wire.ErrorInfo{Code: %q, Status: %d, Message: %q}, ", errorCode(name, s), errorStatus(s), s.messageMember())
	}
	g.elements(s)
	g.constraints(name, s)
	if s.TimestampFormat != "" {
		g.printf("TimestampFormat: %q, ", s.TimestampFormat)
	}
	if names := s.memberNames(); len(names) > 0 && s.Type == "structure" {
		g.printf("Members: []wire.Member{\n")
		for _, m := range names {
			g.member(name, s, m, s.Members.byName[m])
		}
		g.printf("}")
	}
	g.printf("},\n")
}

func (g *generator) elements(s *shape) {
	switch s.kind() {
	case "List":
		g.printf("Element: %s, ", place(s.Member.Shape))
		if s.Member.LocationName != "" {
			g.printf("ItemName: %q, ", s.Member.LocationName)
		}
	case "Map":
		g.printf("Key: %s, Element: %s, ", place(s.Key.Shape), place(s.Value.Shape))
		if s.Key.LocationName != "" {
			g.printf("KeyName: %q, ", s.Key.LocationName)
		}
		if s.Value.LocationName != "" {
			g.printf("ItemName: %q, ", s.Value.LocationName)
		}
	}
	g.mark("Flattened", s.Flattened)
}

func (g *generator) constraints(name string, s *shape) {
	least := s.Min
	if bound, ok := g.overlay.Least[name]; ok {
		least = &bound
	}
	if least != nil && !slices.Contains(g.overlay.Bottomless, name) {
		g.printf("HasMin: true, Min: %s, ", strconv.FormatFloat(*least, 'f', -1, 64))
	}
	most := s.Max
	if bound, ok := g.overlay.Most[name]; ok {
		most = &bound
	}
	if most != nil {
		g.printf("HasMax: true, Max: %s, ", strconv.FormatFloat(*most, 'f', -1, 64))
	}
	if pattern := cmp.Or(g.overlay.Patterns[name], s.Pattern); pattern != "" {
		g.printf("Pattern: %q, ", pattern)
	}
	g.mark("Filled", slices.Contains(g.overlay.Filled, name))
	if len(s.Enum) > 0 && !slices.Contains(g.overlay.OpenEnums, name) {
		g.printf("Enum: %#v, ", enumOrder(s.Enum))
	}
	g.mark("Sensitive", s.Sensitive)
	if pattern, tooLong := g.overlay.PatternWords[s.Pattern], g.overlay.TooLong[name]; pattern != "" || tooLong != "" {
		g.printf("Words: wire.Words{Pattern: %q, TooLong: %q}, ", pattern, tooLong)
	}
}

func (g *generator) member(shape string, s *shape, name string, r *ref) {
	g.printf("{Name: %q, Shape: %s, ", name, place(r.Shape))
	if r.LocationName != "" && r.LocationName != name {
		g.printf("Wire: %q, ", r.LocationName)
	}
	if in := locations[r.Location]; in != "" {
		g.printf("In: wire.%s, ", in)
	}
	g.mark("Required", slices.Contains(s.Required, name))
	if words := g.overlay.Missing[shape+"."+name]; words != "" {
		g.printf("Missing: %q, ", words)
	}
	g.mark("Terse", slices.Contains(g.overlay.Terse, shape+"."+name))
	g.mark("Flattened", r.Flattened)
	g.mark("Attribute", r.XMLAttribute)
	if ns := r.XMLNamespace; ns.URI == "" {
		r.XMLNamespace = g.model.Shapes[r.Shape].XMLNamespace
	}
	if r.XMLNamespace.URI != "" {
		g.printf("XMLNamespace: %q, ", r.XMLNamespace.URI)
	}
	if r.XMLNamespace.Prefix != "" {
		g.printf("XMLPrefix: %q, ", r.XMLNamespace.Prefix)
	}
	if r.TimestampFormat != "" {
		g.printf("TimestampFormat: %q, ", r.TimestampFormat)
	}
	g.printf("},\n")
}

// locations are the names that models give to the places of wire.Location.
var locations = map[string]string{
	"header":      "InHeader",
	"headers":     "InHeaders",
	"uri":         "InURI",
	"querystring": "InQuery",
	"statusCode":  "InStatus",
}

// text and flag write a field of the service, mark one of a shape, if it is set.
func (g *generator) text(field, value string) {
	if value != "" {
		g.printf("%s: %q,\n", field, value)
	}
}

func (g *generator) flag(field string, set bool) {
	if set {
		g.printf("%s: true,\n", field)
	}
}

func (g *generator) mark(field string, set bool) {
	if set {
		g.printf("%s: true, ", field)
	}
}
