package policy

import (
	"slices"
	"strings"
)

// statement is one statement, compiled. A nil list is an element that was not
// there.
type statement struct {
	sid   string
	allow bool

	actions, notActions     []template // in lower case
	resources, notResources []template
	who, notWho             *principals
	conditions              []condition
}

func compile(doc *document) (*Policy, error) {
	variables := doc.version != nil && *doc.version == version2012
	p := &Policy{statements: make([]statement, len(doc.statements))}
	for i, e := range doc.statements {
		s := &p.statements[i]
		s.allow = *e.effect == "Allow"
		if e.sid != nil {
			s.sid = *e.sid
		}
		s.actions, s.notActions = compileActions(e.action), compileActions(e.notAction)
		s.resources, s.notResources = compileResources(e.resource, variables), compileResources(e.notResource, variables)
		s.who, s.notWho = compilePrincipals(e.principal), compilePrincipals(e.notPrincipal)
		for _, c := range e.conditions {
			compiled, err := compileCondition(c, variables)
			if err != nil {
				return nil, err
			}
			s.conditions = append(s.conditions, compiled)
		}
		p.asks = p.asks || len(s.conditions) > 0 || anyVariable(s.resources) || anyVariable(s.notResources)
	}
	return p, nil
}

func compileActions(list *[]string) []template {
	if list == nil {
		return nil
	}
	out := make([]template, len(*list))
	for i, text := range *list {
		out[i] = newTemplate(strings.ToLower(text), true, false)
	}
	return out
}

func compileResources(list *[]string, variables bool) []template {
	if list == nil {
		return nil
	}
	out := make([]template, len(*list))
	for i, text := range *list {
		out[i] = newTemplate(text, true, variables)
	}
	return out
}

// applies reports whether the statement speaks of the request, and to whom a
// statement of an attached policy gives what it allows.
func (s *statement) applies(r *Request, action string) (grant, bool) {
	to := toPrincipal
	switch {
	case s.who != nil:
		to = s.who.names(&r.Principal)
	case s.notWho != nil:
		if s.notWho.names(&r.Principal) > toAccount {
			to = toNobody
		}
	}
	if to == toNobody ||
		s.actions != nil && !anyMatches(s.actions, action, nil) ||
		s.notActions != nil && anyMatches(s.notActions, action, nil) ||
		s.resources != nil && !anyMatches(s.resources, r.Resource, r.Context) ||
		s.notResources != nil && anyMatches(s.notResources, r.Resource, r.Context) {
		return toNobody, false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r.Context) {
			return toNobody, false
		}
	}
	return to, true
}

func anyVariable(list []template) bool {
	return slices.ContainsFunc(list, func(t template) bool { return t.variable })
}

func anyMatches(list []template, s string, ctx Context) bool {
	for i := range list {
		if list[i].match(s, ctx) {
			return true
		}
	}
	return false
}
