package attr

import (
	"slices"
	"testing"
)

func path(steps ...any) Path {
	var p Path
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			p = append(p, Step{Name: s})
		case int:
			p = append(p, Step{Index: s})
		}
	}
	return p
}

func TestPatchChangesADocumentInOnePass(t *testing.T) {
	base := map[string]av{"pk": str("a"), "l": {L: []av{num("0"), num("1"), num("2")}}, "m": {M: map[string]av{"x": num("1"), "y": num("2")}}}
	for _, tt := range []struct {
		name  string
		patch func(*Patch)
		want  map[string]av
	}{
		{"sets and removes attributes", func(p *Patch) {
			p.Set(path("new"), NumberOf(7))
			p.Set(path("m"), StringValue("flat"))
			p.Remove(path("l"))
		}, map[string]av{"pk": str("a"), "m": str("flat"), "new": num("7")}},
		{"within a map", func(p *Patch) {
			p.Set(path("m", "a"), NumberOf(0))
			p.Set(path("m", "z"), NumberOf(9))
			p.Remove(path("m", "x"))
		}, map[string]av{"pk": str("a"), "l": base["l"], "m": {M: map[string]av{"a": num("0"), "y": num("2"), "z": num("9")}}}},
		{"removes by the indexes as they were, and appends in their order", func(p *Patch) {
			p.Set(path("l", 90), NumberOf(90))
			p.Remove(path("l", 0))
			p.Set(path("l", 50), NumberOf(50))
			p.Set(path("l", 2), NumberOf(22))
		}, map[string]av{"pk": str("a"), "l": {L: []av{num("1"), num("22"), num("50"), num("90")}}, "m": base["m"]}},
		{"removing what is not there", func(p *Patch) {
			p.Remove(path("nosuch"))
			p.Remove(path("l", 9))
			p.Remove(path("m", "nosuch"))
		}, base},
	} {
		var p Patch
		tt.patch(&p)
		got, err := p.Apply(item(t, base))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if want := item(t, tt.want); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", tt.name, got.API(), tt.want)
		}
	}
	for _, bad := range []Path{path("nosuch", "x"), path("pk", "x"), path("l", "x"), path("m", 0), path("l", 9, "x")} {
		var p Patch
		p.Set(bad, NumberOf(1))
		if _, err := p.Apply(item(t, base)); err != ErrInvalidPath {
			t.Errorf("set %s = %v, want %v", bad, err, ErrInvalidPath)
		}
	}
}

func TestPickKeepsWhatIsAskedFor(t *testing.T) {
	it := item(t, map[string]av{"pk": str("a"), "l": {L: []av{num("0"), num("1"), num("2")}}, "m": {M: map[string]av{"x": num("1"), "y": {M: map[string]av{"z": num("3")}}}}})
	for _, tt := range []struct {
		paths []Path
		want  map[string]av
	}{
		{[]Path{path("pk"), path("nosuch")}, map[string]av{"pk": str("a")}},
		{[]Path{path("l", 2), path("l", 0)}, map[string]av{"l": {L: []av{num("0"), num("2")}}}},
		{[]Path{path("m", "y", "z"), path("m", "nosuch")}, map[string]av{"m": {M: map[string]av{"y": {M: map[string]av{"z": num("3")}}}}}},
		{[]Path{path("m", "nosuch"), path("l", 7), path("pk", "x")}, map[string]av{}},
	} {
		var p Pick
		for _, one := range tt.paths {
			p.Add(one)
		}
		if got, want := p.From(it), item(t, tt.want); !slices.Equal(got, want) {
			t.Errorf("pick %v:\ngot  %v\nwant %v", tt.paths, got.API(), tt.want)
		}
	}
}
