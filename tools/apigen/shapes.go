package main

import "slices"

// shapes writes a struct for every structure of the model.
func (g *generator) shapes() {
	g.printf("// Package %s is the API of AWS's %s: its shapes, constraints, errors and\n// operations.\npackage %s\n\n", g.name, g.model.Metadata.ServiceID, g.name)
	g.imports()
	for _, name := range g.order {
		s := g.model.Shapes[name]
		if s.Type != "structure" || s.EventStream {
			continue
		}
		if s.isError() {
			g.errorDetail(name, s)
			continue
		}
		g.printf("// %s is a shape of the model.\ntype %s struct {\n", goName(name), goName(name))
		g.fields(s)
		g.printf("}\n\n")
	}
}

// imports writes the imports that fields may need.
func (g *generator) imports() {
	var usesTime, usesIO, usesWire bool
	for _, s := range g.model.Shapes {
		for _, r := range s.Members.byName {
			switch g.model.Shapes[r.Shape].kind() {
			case "Timestamp":
				usesTime = true
			case "Stream":
				usesIO = true
			case "EventStream":
				usesWire = true
			}
		}
	}
	if usesIO {
		g.printf("import \"io\"\n")
	}
	if usesTime {
		g.printf("import \"time\"\n")
	}
	if usesWire {
		g.printf("import \"cloudless/internal/wire\"\n")
	}
	g.printf("\n")
}

func (g *generator) fields(s *shape) {
	for _, name := range s.memberNames() {
		required := slices.Contains(s.Required, name)
		g.printf("%s %s", goName(name), g.fieldType(s.Members.byName[name].Shape, required))
		if required {
			g.printf(" // required")
		}
		g.printf("\n")
	}
}

// errorDetail writes what an error carries beside its message.
func (g *generator) errorDetail(name string, s *shape) {
	if len(s.memberNames()) == 0 {
		return
	}
	g.printf("// %sDetail is what the error carries beside its message.\ntype %sDetail struct {\n", goName(name), goName(name))
	g.fields(s)
	g.printf("}\n\n")
}

// fieldType returns the Go type of a member; see wire.Kind.
func (g *generator) fieldType(name string, required bool) string {
	t := g.goType(name)
	switch g.model.Shapes[name].kind() {
	case "Structure":
		return "*" + t
	case "String", "Boolean", "Integer", "Long", "Float", "Double", "Timestamp":
		if !required {
			return "*" + t
		}
	}
	return t
}

// goType returns the Go type of a shape as an element of a list.
func (g *generator) goType(name string) string {
	s := g.model.Shapes[name]
	switch s.kind() {
	case "Structure":
		return goName(name)
	case "EventStream":
		return "wire.Events"
	case "List":
		return "[]" + g.goType(s.Member.Shape)
	case "Map":
		return "map[string]" + g.goType(s.Value.Shape)
	case "Blob":
		return "[]byte"
	case "Stream":
		return "io.ReadCloser"
	case "Boolean":
		return "bool"
	case "Integer", "Long":
		return "int64"
	case "Float", "Double":
		return "float64"
	case "Timestamp":
		return "time.Time"
	}
	return "string"
}
