package main

// errors writes a constructor for every error of the model.
func (g *generator) errors() {
	g.printf("package %s\n\nimport \"cloudless/internal/awserr\"\n\n", g.name)
	for _, name := range g.order {
		s := g.model.Shapes[name]
		if !s.isError() {
			continue
		}
		g.printf("// %s is an error of the model: status %d.\n", goName(name), errorStatus(s))
		g.printf("func %s(message string) *awserr.Error {\n", goName(name))
		g.printf("return &awserr.Error{Code: %q, Status: %d, Message: message%s}\n}\n\n", errorCode(name, s), errorStatus(s), g.faultType(name, s))
	}
}

// faultType fills the member Type, which Lambda's errors have: whose fault it
// was.
func (g *generator) faultType(name string, s *shape) string {
	t, ok := s.Members.byName["Type"]
	if !ok || g.model.Shapes[t.Shape].kind() != "String" {
		return ""
	}
	whose := "User"
	if errorStatus(s) >= 500 {
		whose = "Service"
	}
	return ", Detail: &" + goName(name) + "Detail{Type: new(\"" + whose + "\")}"
}

func errorCode(name string, s *shape) string {
	if s.Error != nil && s.Error.Code != "" {
		return s.Error.Code
	}
	return name
}

func errorStatus(s *shape) int {
	switch {
	case s.Error != nil && s.Error.HTTPStatusCode != 0:
		return s.Error.HTTPStatusCode
	case s.Fault:
		return 500
	}
	return 400
}
