package expr

import (
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// projection reads paths with commas between them.
func (p *parser) projection() {
	p.tree.picks = append(p.tree.picks, p.path())
	for p.accept(",") {
		p.tree.picks = append(p.tree.picks, p.path())
	}
}

// Projection is what a request wants to see of an item.
type Projection struct {
	paths []attr.Path
	names []string // what each path's value is shown as; nil where it keeps its place
	pick  attr.Pick
}

// NewProjection returns the projection of whole attributes, as the legacy
// parameter AttributesToGet names them.
func NewProjection(names []string) *Projection {
	p := &Projection{}
	for _, name := range names {
		p.add(attr.Path{{Name: name}})
	}
	return p
}

// NewSelection returns the projection that shows what lies at each path as an
// attribute of its own, with the name that stands at the same place in names.
// It refuses paths that meet.
func NewSelection(paths []attr.Path, names []string) (*Projection, error) {
	if err := checkOverlap(paths); err != nil {
		return nil, awserr.Validation(err.Error())
	}
	return &Projection{paths: paths, names: names}, nil
}

func (p *Projection) add(path attr.Path) {
	p.paths = append(p.paths, path)
	p.pick.Add(path)
}

func (p *Projection) bind(s *Scope, t *tree) error {
	for _, o := range t.picks {
		path, err := s.path(o)
		if err != nil {
			return err
		}
		p.paths = append(p.paths, path)
	}
	if err := checkOverlap(p.paths); err != nil {
		return err
	}
	for _, path := range p.paths {
		p.pick.Add(path)
	}
	return nil
}

// Of returns the projected parts of the item; there may be none.
func (p *Projection) Of(it attr.Item) attr.Item {
	if p.names == nil {
		return p.pick.From(it)
	}
	var shown []attr.Field
	for i, path := range p.paths {
		if v := it.At(path); v != nil {
			shown = append(shown, attr.Field{Name: p.names[i], Value: v})
		}
	}
	return attr.NewItem(shown)
}

// Paths returns the paths in the order in which they were written.
func (p *Projection) Paths() []attr.Path { return p.paths }

// checkOverlap refuses paths of which one leads through or to the other, or
// which take the same place for a list and for a map.
func checkOverlap(paths []attr.Path) error {
	var conflict error
	for i, second := range paths {
		for _, first := range paths[:i] {
			switch relation(first, second) {
			case overlap:
				return problemf("Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", first, second)
			case clash:
				if conflict == nil {
					conflict = problemf("Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", first, second)
				}
			}
		}
	}
	return conflict
}

type pathRelation uint8

const (
	apart pathRelation = iota
	overlap
	clash
)

func relation(p, q attr.Path) pathRelation {
	for i := range min(len(p), len(q)) {
		switch {
		case p[i].IsIndex() != q[i].IsIndex():
			return clash
		case p[i] != q[i]:
			return apart
		}
	}
	return overlap
}
