package expr

import "cloudless/internal/service/dynamodb/attr"

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
func (p *Projection) Of(it attr.Item) attr.Item { return p.pick.From(it) }

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
