package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// codec writes how the inputs of the operations in overlay.Hot are read and
// their outputs written, member by member, without a look at the schema. Both
// do what package jsonshape does; see package jsonscan for what is left to it.
func (g *generator) codec() {
	g.printf("package %s\n\nimport (\n\"strconv\"\n\n\"cloudless/internal/wire/jsonscan\"\n)\n\n", g.name)
	var inputs, outputs []string
	for _, name := range g.overlay.Hot {
		op := g.model.Operations[name]
		g.scanInput(op.Input.Shape)
		inputs, outputs = append(inputs, op.Input.Shape), append(outputs, op.Output.Shape)
	}
	for _, name := range g.reachable(inputs) {
		g.scanShape(name, g.model.Shapes[name])
	}
	for _, name := range g.reachable(outputs) {
		g.appendShape(name, g.model.Shapes[name])
	}
}

// reachable returns the structures, lists and maps that the named ones consist
// of, and those themselves, by name.
func (g *generator) reachable(names []string) []string {
	found := map[string]bool{}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		s := g.model.Shapes[name]
		if found[name] || s.Type != "structure" && s.Type != "list" && s.Type != "map" {
			continue
		}
		found[name] = true
		for _, r := range []*ref{s.Member, s.Value} {
			if r != nil {
				names = append(names, r.Shape)
			}
		}
		for _, r := range s.Members.byName {
			names = append(names, r.Shape)
		}
	}
	return sortedKeys(found)
}

func (g *generator) scanInput(shape string) {
	g.printf("// ScanJSON reads the whole input and checks it, if nothing about it is unusual.\n"+
		"// Else it leaves it empty.\n"+
		"func (v *%s) ScanJSON(text []byte) bool {\ns := jsonscan.New(text)\nv.scan(&s)\n"+
		"if s.Done() {\nreturn true\n}\n*v = %[1]s{}\nreturn false\n}\n\n", goName(shape))
}

func (g *generator) scanShape(name string, s *shape) {
	switch s.kind() {
	case "Structure":
		g.scanStructure(name, s)
	case "List":
		g.printf("func scan%s(s *jsonscan.Scanner) %s {\nlist := %[2]s{}\nfor s.Open('['); s.More(']'); {\n", goName(name), g.goType(name))
		g.scanElement("e", s.Member.Shape)
		g.printf("list = append(list, e)\n}\n")
		g.scanCount("len(list)", name, s)
		g.printf("return list\n}\n\n")
	case "Map":
		g.printf("func scan%s(s *jsonscan.Scanner) %s {\nm := %[2]s{}\nfor s.Open('{'); s.More('}'); {\nkey := s.Key()\n", goName(name), g.goType(name))
		g.scanTextBounds("key", s.Key.Shape)
		g.scanElement("e", s.Value.Shape)
		g.printf("n := len(m)\nif m[key] = e; len(m) == n {\ns.Fail() // the key comes twice\n}\n}\n")
		g.scanCount("len(m)", name, s)
		g.printf("return m\n}\n\n")
	}
}

func (g *generator) scanStructure(name string, s *shape) {
	names := s.memberNames()
	if len(names) > 64 {
		panic(name + " has more members than a word has bits")
	}
	g.printf("func (v *%s) scan(s *jsonscan.Scanner) {\nvar seen uint64\nfor s.Open('{'); s.More('}'); {\nswitch string(s.Name()) {\n", goName(name))
	required := uint64(0)
	for i, m := range names {
		r := s.Members.byName[m]
		isRequired := slices.Contains(s.Required, m)
		if isRequired {
			required |= 1 << i
		}
		wire := m
		if r.LocationName != "" {
			wire = r.LocationName
		}
		g.printf("case %q:\ns.Once(&seen, %d)\n", wire, i)
		g.scanMember("v."+goName(m), r.Shape, isRequired)
	}
	g.printf("default:\ns.Fail()\n}\n}\n")
	if required != 0 {
		g.printf("s.Require(seen, %#x)\n", required)
	}
	g.printf("}\n\n")
}

// scanMember sets a field, which for an optional scalar is a pointer.
func (g *generator) scanMember(field, shape string, required bool) {
	t := g.fieldType(shape, required)
	switch {
	case g.model.Shapes[shape].kind() == "Structure":
		g.printf("%s = new(%s)\n%[1]s.scan(s)\n", field, goName(shape))
	case strings.HasPrefix(t, "*"):
		g.scanElement("x", shape)
		g.printf("%s = &x\n", field)
	default:
		g.printf("%s = %s\n", field, g.scanExpression(shape))
		g.scanBounds(field, shape)
	}
}

// scanElement declares a variable of the shape's type and reads it.
func (g *generator) scanElement(variable, shape string) {
	if g.model.Shapes[shape].kind() == "Structure" {
		g.printf("var %s %s\n%[1]s.scan(s)\n", variable, goName(shape))
		return
	}
	g.printf("%s := %s\n", variable, g.scanExpression(shape))
	g.scanBounds(variable, shape)
}

// scanExpression reads a value that is no structure.
func (g *generator) scanExpression(name string) string {
	s := g.model.Shapes[name]
	switch kind := s.kind(); kind {
	case "List", "Map":
		return "scan" + goName(name) + "(s)"
	case "String", "Blob", "Boolean":
		return "s." + kind + "()"
	case "Integer":
		return "s.Integer(32)"
	case "Long":
		return "s.Integer(64)"
	case "Enum":
		if slices.Contains(g.overlay.OpenEnums, name) {
			break
		}
		var values []string
		for _, v := range s.Enum {
			values = append(values, strconv.Quote(v))
		}
		return "s.Enum(" + strings.Join(values, ", ") + ")"
	}
	panic(name + ": a shape that jsonscan does not read")
}

// scanBounds checks what the model demands of a scalar. Lists and maps check
// themselves.
func (g *generator) scanBounds(variable, name string) {
	s := g.model.Shapes[name]
	switch s.kind() {
	case "String":
		g.scanTextBounds(variable, name)
	case "Blob":
		g.scanCount("len("+variable+")", name, s)
	case "Integer", "Long":
		if least, most, bounded := g.bounds(name, s, "-1<<63", "1<<63-1"); bounded {
			g.printf("s.Range(%s, %s, %s)\n", variable, least, most)
		}
	}
}

// namePattern is the pattern that jsonscan knows.
const namePattern = "[a-zA-Z0-9_.-]+"

func (g *generator) scanTextBounds(variable, name string) {
	s := g.model.Shapes[name]
	if least, most, bounded := g.bounds(name, s, "0", "1<<31-1"); bounded {
		g.printf("s.Length(%s, %s, %s)\n", variable, least, most)
	}
	switch s.Pattern {
	case "":
	case namePattern:
		g.printf("s.IsName(%s)\n", variable)
	default:
		panic(name + ": a pattern that jsonscan does not know")
	}
}

func (g *generator) scanCount(count, name string, s *shape) {
	if least, most, bounded := g.bounds(name, s, "0", "1<<31-1"); bounded {
		g.printf("s.Count(%s, %s, %s)\n", count, least, most)
	}
}

// bounds returns the constraints of a shape as schema.go writes them, with what
// stands where there is none.
func (g *generator) bounds(name string, s *shape, lowest, highest string) (least, most string, bounded bool) {
	least, most = lowest, highest
	if s.Min != nil && !slices.Contains(g.overlay.Bottomless, name) {
		least, bounded = fmt.Sprintf("%.0f", *s.Min), true
	}
	if s.Max != nil {
		most, bounded = fmt.Sprintf("%.0f", *s.Max), true
	}
	return least, most, bounded
}

func (g *generator) appendShape(name string, s *shape) {
	switch s.kind() {
	case "Structure":
		g.appendStructure(name, s)
	case "List":
		g.printf("func append%s(dst []byte, list %s) []byte {\ndst = append(dst, '[')\n", goName(name), g.goType(name))
		g.printf("for i := range list {\ndst = %s\ndst = append(dst, ',')\n}\nreturn jsonscan.Close(dst, ']')\n}\n\n", g.appendExpression("list[i]", s.Member.Shape))
	case "Map":
		g.printf("func append%s(dst []byte, m %s) []byte {\nvar few [24]string // enough for most maps\ndst = append(dst, '{')\n", goName(name), g.goType(name))
		g.printf("for _, key := range jsonscan.Keys(few[:0], m) {\ndst = jsonscan.AppendString(dst, key)\ndst = append(dst, ':')\n")
		g.printf("e := m[key]\ndst = %s\ndst = append(dst, ',')\n}\nreturn jsonscan.Close(dst, '}')\n}\n\n", g.appendExpression("e", s.Value.Shape))
	}
}

func (g *generator) appendStructure(name string, s *shape) {
	g.printf("// AppendJSON appends the structure as JSON.\nfunc (v *%s) AppendJSON(dst []byte) []byte {\ndst = append(dst, '{')\n", goName(name))
	for _, m := range s.memberNames() {
		r := s.Members.byName[m]
		wire := m
		if r.LocationName != "" {
			wire = r.LocationName
		}
		field, value := "v."+goName(m), "v."+goName(m)
		t := g.fieldType(r.Shape, slices.Contains(s.Required, m))
		condition := ""
		switch kind := g.model.Shapes[r.Shape].kind(); {
		case kind == "Enum":
			condition = field + ` != ""`
		case kind == "Structure", kind == "List", kind == "Map", kind == "Blob":
			condition = field + " != nil"
		case strings.HasPrefix(t, "*"):
			condition, value = field+" != nil", "*"+field
		}
		if condition != "" {
			g.printf("if %s {\n", condition)
		}
		g.printf("dst = append(dst, `%s:`...)\ndst = %s\ndst = append(dst, ',')\n", strconv.Quote(wire), g.appendExpression(value, r.Shape))
		if condition != "" {
			g.printf("}\n")
		}
	}
	g.printf("return jsonscan.Close(dst, '}')\n}\n\n")
}

// appendExpression appends a value to dst.
func (g *generator) appendExpression(value, name string) string {
	switch kind := g.model.Shapes[name].kind(); kind {
	case "Structure":
		return value + ".AppendJSON(dst)"
	case "List", "Map":
		return "append" + goName(name) + "(dst, " + value + ")"
	case "String", "Enum":
		return "jsonscan.AppendString(dst, " + value + ")"
	case "Blob":
		return "jsonscan.AppendBlob(dst, " + value + ")"
	case "Boolean":
		return "strconv.AppendBool(dst, " + value + ")"
	case "Integer", "Long":
		return "strconv.AppendInt(dst, " + value + ", 10)"
	case "Float", "Double":
		return "jsonscan.AppendDouble(dst, " + value + ")"
	}
	panic(name + ": a shape that jsonscan does not write")
}
