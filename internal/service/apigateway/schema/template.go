package schema

import "strings"

// maxTemplateBytes bounds what Template writes: models that refer to each other
// could go on.
const maxTemplateBytes = 64 << 10

// Template writes a mapping template whose output has the form of a model, as
// the gateway offers it to begin with: each place has a value of its type.
func Template(apiID string, models map[string]string, name string) (string, error) {
	c := &compiler{apiID: apiID, models: models, texts: map[string]*instance{}}
	text, err := c.model(name)
	if err != nil {
		return "", err
	}
	w := templateWriter{c: c}
	w.out.WriteString("#set($inputRoot = $input.path('$'))\n")
	w.value(text, name, "$inputRoot", 0)
	return w.out.String(), nil
}

type templateWriter struct {
	c      *compiler
	out    strings.Builder
	within int // how many values deep, references included
}

// value writes a value of a schema. root is what a list at this place is looped
// over.
func (w *templateWriter) value(v *instance, model, root string, depth int) {
	w.within++
	defer func() { w.within-- }()
	if w.out.Len() > maxTemplateBytes || w.within > 20 || v.kind != kindObject {
		w.out.WriteString("{}")
		return
	}
	if ref := v.member("$ref"); ref != nil && ref.kind == kindString {
		w.reference(ref.text, model, root, depth)
		return
	}
	kind := ""
	if t := v.member("type"); t != nil {
		kind = t.text
	}
	switch {
	case kind == "array" || kind == "" && v.member("items") != nil:
		w.list(v, model, root, depth)
	case kind == "string":
		w.out.WriteString(`"foo"`)
	case kind == "integer":
		w.out.WriteString("42")
	case kind == "number":
		w.out.WriteString("3.14")
	case kind == "boolean":
		w.out.WriteString("true")
	case kind == "null":
		w.out.WriteString("null")
	default:
		w.object(v, model, root, depth)
	}
}

func (w *templateWriter) reference(ref, model, root string, depth int) {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local {
		_, name, fragment, ok := ParseReference(ref)
		if !ok {
			w.out.WriteString("{}")
			return
		}
		model, pointer = name, fragment
	}
	text, err := w.c.model(model)
	if err == nil {
		text, err = follow(text, pointer)
	}
	if err != nil {
		w.out.WriteString("{}")
		return
	}
	w.value(text, model, root, depth)
}

func (w *templateWriter) object(v *instance, model, root string, depth int) {
	properties := v.member("properties")
	if properties == nil || properties.kind != kindObject || len(properties.names) == 0 {
		w.out.WriteString("{ }")
		return
	}
	w.out.WriteString("{")
	for i, name := range properties.names {
		if i > 0 {
			w.out.WriteString(",")
		}
		w.line(depth + 1)
		w.out.WriteString(string(appendString(nil, name)) + " : ")
		w.value(properties.items[i], model, root+"."+name, depth+1)
	}
	w.line(depth)
	w.out.WriteString("}")
}

func (w *templateWriter) list(v *instance, model, root string, depth int) {
	w.out.WriteString("[")
	w.line(depth)
	w.out.WriteString("##TODO: Update this foreach loop to reference array from input json")
	w.line(depth)
	w.out.WriteString("#foreach($elem in " + root + ")")
	w.line(depth + 1)
	if items := v.member("items"); items != nil && items.kind == kindObject {
		w.value(items, model, "$elem", depth+1)
	} else {
		w.out.WriteString("{ }")
	}
	w.out.WriteString("#if($foreach.hasNext),#end")
	w.line(depth)
	w.out.WriteString("#end")
	w.line(depth)
	w.out.WriteString("]")
}

func (w *templateWriter) line(depth int) {
	w.out.WriteString("\n" + strings.Repeat("  ", depth))
}
