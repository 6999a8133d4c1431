package expr

import (
	"errors"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// rawAction is one action of an update: what to do at a path.
type rawAction struct {
	section string // SET, REMOVE, ADD or DELETE
	path    *operand
	value   *operand // nil for REMOVE
}

var sections = []string{"SET", "REMOVE", "ADD", "DELETE"}

// update reads the sections of an update expression.
func (p *parser) update() {
	seen := map[string]bool{}
	for {
		section := ""
		for _, s := range sections {
			if p.seesWord(s) {
				section = s
			}
		}
		if section == "" {
			if len(seen) == 0 {
				p.unexpected()
			}
			return // whatever is left is a syntax error of the caller's
		}
		p.next()
		if seen[section] {
			p.report(faultSection, problem(`The "`+section+`" section can only be used once in an update expression;`))
		}
		seen[section] = true
		p.action(section)
		for p.accept(",") {
			p.action(section)
		}
	}
}

func (p *parser) action(section string) {
	a := rawAction{section: section, path: p.path()}
	switch section {
	case "SET":
		p.expect("=")
		a.value = p.setValue()
	case "ADD", "DELETE":
		a.value = p.valueRef()
	}
	p.tree.actions = append(p.tree.actions, a)
}

// setValue reads an operand, or the sum or difference of two, maybe in
// parentheses.
func (p *parser) setValue() *operand {
	left := p.term()
	for _, sign := range []string{"+", "-"} {
		if p.sees(sign) {
			p.next()
			p.operator()
			return &operand{kind: functionOperand, function: sign, args: []*operand{left, p.term()}}
		}
	}
	return left
}

// term reads one side of a sum. A parenthesis may hold a whole sum.
func (p *parser) term() *operand {
	if !p.sees("(") || !p.enter() {
		return p.bareOperand()
	}
	defer p.leave()
	p.next()
	o := p.setValue()
	p.expect(")")
	return o
}

// Update is an update with the names and values of one request.
type Update struct {
	tree *tree
	bindings
	targets []attr.Path // of the actions, in their order
}

// bind resolves and checks the update. Of its faults AWS tells that of names
// first, then of values, then of paths, then of operands.
func (u *Update) bind(s *Scope) error {
	for _, o := range u.tree.paths {
		path, err := s.path(o)
		if err != nil {
			return err
		}
		u.paths[o.slot] = path
	}
	for _, o := range u.tree.values {
		if err := s.resolve(o, u.paths, u.values); err != nil {
			return err
		}
	}
	return u.check()
}

// check refuses targets that meet, and operands that no action can take.
func (u *Update) check() error {
	for _, a := range u.tree.actions {
		u.targets = append(u.targets, u.pathOf(a.path))
	}
	if err := checkOverlap(u.targets); err != nil {
		return err
	}
	for _, a := range u.tree.actions {
		if err := u.checkOperand(a); err != nil {
			return err
		}
	}
	for _, a := range u.tree.actions {
		if a.section != "SET" {
			continue
		}
		if err := eachFunction(a.value, u.checkFunction); err != nil {
			return err
		}
	}
	return nil
}

// longNames are what the messages about ADD and DELETE call the types.
var longNames = map[attr.Kind]string{attr.String: "STRING", attr.Number: "NUMBER", attr.Binary: "BINARY",
	attr.Null: "NULL", attr.Bool: "BOOLEAN", attr.List: "LIST", attr.Map: "MAP"}

func (u *Update) checkOperand(a rawAction) error {
	if a.section != "ADD" && a.section != "DELETE" {
		return nil
	}
	k := u.valueOf(a.value).Kind()
	if k.IsSet() || k == attr.Number && a.section == "ADD" {
		return nil
	}
	return problemf("Incorrect operand type for operator or function; operator: %s, operand type: %s", a.section, longNames[k])
}

func (u *Update) checkFunction(o *operand) error {
	if err := checkCount(o); err != nil {
		return err
	}
	want := attr.Number
	switch o.function {
	case "if_not_exists":
		if o.args[0].kind != pathOperand {
			return problem("Operator or function requires a document path; operator or function: " + o.function)
		}
		return u.distinct(o.function, o.args)
	case "list_append":
		want = attr.List
	}
	for _, arg := range o.args {
		if arg.kind != valueOperand {
			continue
		}
		if k := u.valueOf(arg).Kind(); k != want {
			return wrongOperand(o.function, k.String())
		}
	}
	return nil
}

// What can be wrong with an update when it meets an item.
var (
	errMissing   error = awserr.Validation("The provided expression refers to an attribute that does not exist in the item")
	errWrongType error = awserr.Validation("An operand in the update expression has an incorrect data type")
	errWrongPath error = awserr.Validation("The document path provided in the update expression is invalid for update")
)

// Apply returns the item as the update makes it. All that the update reads it
// reads from the item as it was.
func (u *Update) Apply(it attr.Item) (attr.Item, error) {
	var patch attr.Patch
	for i, a := range u.tree.actions {
		target := u.targets[i]
		if a.section == "REMOVE" {
			patch.Remove(target)
			continue
		}
		v, err := u.newValue(a, it.At(target), it)
		if err != nil {
			return nil, err
		}
		switch {
		case v != nil:
			patch.Set(target, v)
		case it.At(target) != nil:
			patch.Remove(target) // the last member of a set is gone
		}
	}
	changed, err := patch.Apply(it)
	if errors.Is(err, attr.ErrInvalidPath) {
		return nil, errWrongPath
	}
	return changed, err
}

// newValue returns what the action leaves at its target, or nil for nothing.
func (u *Update) newValue(a rawAction, old attr.Value, it attr.Item) (attr.Value, error) {
	switch a.section {
	case "SET":
		return u.eval(a.value, it)
	case "ADD":
		return add(old, u.valueOf(a.value))
	}
	v := u.valueOf(a.value)
	switch {
	case old == nil:
		return nil, nil
	case old.Kind() != v.Kind():
		return nil, errWrongType
	}
	return attr.Without(old, v), nil
}

func add(old, v attr.Value) (attr.Value, error) {
	switch {
	case old == nil:
		return v, nil
	case old.Kind() != v.Kind():
		return nil, errWrongType
	case v.Is(attr.Number):
		return attr.Add(old, v)
	}
	return attr.Union(old, v), nil
}

func (u *Update) eval(o *operand, it attr.Item) (attr.Value, error) {
	switch o.kind {
	case valueOperand:
		return u.valueOf(o), nil
	case pathOperand:
		v := it.At(u.pathOf(o))
		if v == nil {
			return nil, errMissing
		}
		return v, nil
	}
	if o.function == "if_not_exists" {
		if v := it.At(u.pathOf(o.args[0])); v != nil {
			return v, nil
		}
		return u.eval(o.args[1], it)
	}
	left, err := u.eval(o.args[0], it)
	if err != nil {
		return nil, err
	}
	right, err := u.eval(o.args[1], it)
	if err != nil {
		return nil, err
	}
	want := attr.Number
	if o.function == "list_append" {
		want = attr.List
	}
	if !left.Is(want) || !right.Is(want) {
		return nil, errWrongType
	}
	switch o.function {
	case "list_append":
		return attr.Concat(left, right), nil
	case "+":
		return attr.Add(left, right)
	}
	return attr.Subtract(left, right)
}

// Targets returns the paths that the update writes to, in their order.
func (u *Update) Targets() []attr.Path { return u.targets }

// Creates reports whether the update makes an item where there is none, as
// only taking things away does not.
func (u *Update) Creates() bool {
	for _, a := range u.tree.actions {
		if a.section == "SET" || a.section == "ADD" {
			return true
		}
	}
	return false
}
