package main

// operations writes the struct of handlers and the table made from it.
func (g *generator) operations() {
	g.printf("package %s\n\nimport (\n\"context\"\n\n\"cloudless/internal/api\"\n)\n\n", g.name)
	g.printf("// Handlers are the functions that do the operations. One that is nil is not\n// implemented.\ntype Handlers struct {\n")
	names := sortedKeys(g.model.Operations)
	for _, name := range names {
		op := g.model.Operations[name]
		g.printf("%s func(context.Context, *api.Call, *%s) (*%s, error)\n", name, goName(op.Input.Shape), goName(op.Output.Shape))
	}
	g.printf("}\n\n// Service makes the table of operations.\nfunc (h Handlers) Service() *api.Service {\n")
	g.printf("op := Schema.Operations\nreturn &api.Service{Schema: &Schema, Operations: map[string]api.Operation{\n")
	for i, name := range names {
		g.printf("%q: api.Op(&op[%d], h.%s),\n", name, i, name)
	}
	g.printf("}}\n}\n")
}
