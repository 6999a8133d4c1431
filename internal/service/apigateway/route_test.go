package apigateway

import (
	"maps"
	"slices"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// treeOf makes a tree of resources with GET methods from paths, parents before
// children. A path that ends in "!" has no method.
func treeOf(paths ...string) tree {
	t := tree{"/": {ID: "/"}}
	for _, path := range paths {
		path, bare := strings.CutSuffix(path, "!")
		cut := strings.LastIndexByte(path, '/')
		r := t[path]
		if r == nil {
			r = &resource{ID: path, ParentID: max(path[:cut], "/"), PathPart: path[cut+1:]}
			t[path] = r
		}
		if !bare {
			r.Methods = map[string]*agw.Method{"GET": {MethodIntegration: &agw.Integration{}}}
		}
	}
	return t
}

func TestPathsFindTheirResources(t *testing.T) {
	routes := newRoutes(treeOf("/", "/pets", "/pets/{petId}", "/pets/{petId}/toys", "/pets/all", "/pets/all/sold",
		"/files!", "/files/{path+}", "/files/{name}!", "/files/{name}/meta", "/with space"))
	for _, tt := range []struct {
		path, resource, variables string
	}{
		{"/", "/", `{}`},
		{"", "/", `{}`},
		{"/pets", "/pets", `{}`},
		{"/pets/", "/pets", `{}`},
		{"/pets/7", "/pets/{petId}", `{"petId":"7"}`},
		{"/pets/a%2Fb", "/pets/{petId}", `{"petId":"a%2Fb"}`},
		{"/pets/all", "/pets/all", `{}`},
		{"/pets/all/toys", "/pets/{petId}/toys", `{"petId":"all"}`},
		{"/pets/all/sold", "/pets/all/sold", `{}`},
		{"/pets/7/toys/8", "", ``},
		{"/files", "", ``},
		{"/files/a", "/files/{path+}", `{"path":"a"}`},
		{"/files/a/b//c", "/files/{path+}", `{"path":"a/b//c"}`},
		{"/files/a/meta", "/files/{name}/meta", `{"name":"a"}`},
		{"/files/a/meta/b", "/files/{path+}", `{"path":"a/meta/b"}`},
		{"/with%20space", "/with space", `{}`},
		{"/p%65ts", "/pets", `{}`},
		{"/nosuch", "", ``},
	} {
		found, variables := routes.match(tt.path)
		got := ""
		if found != nil {
			got = found.resourceID
		}
		if got != tt.resource || found != nil && asJSON(variables) != tt.variables {
			t.Errorf("%s leads to %q with %v, want %q with %s", tt.path, got, variables, tt.resource, tt.variables)
		}
	}
}

func TestAMethodOfItsOwnGoesBeforeANY(t *testing.T) {
	r := &route{methods: map[string]*method{"GET": {}, "ANY": {}}}
	if r.method("GET") != r.methods["GET"] || r.method("POST") != r.methods["ANY"] {
		t.Error("ANY answered for GET, or not for POST")
	}
}

func FuzzRoute(f *testing.F) {
	routes := newRoutes(treeOf("/", "/a", "/a/{b}", "/a/{b}/c", "/a/{x+}", "/a/b!", "/a/b/c"))
	f.Add("/a/b/c")
	f.Add("//a//b%2F/%zz")
	f.Fuzz(func(t *testing.T, path string) {
		found, variables := routes.match("/" + path)
		if found == nil {
			return
		}
		// Variables put back where they came from make the path again.
		want := strings.TrimSuffix(strings.TrimLeft(path, "/"), "/")
		got := strings.TrimPrefix(found.path, "/")
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			got = strings.NewReplacer("{"+name+"}", variables[name], "{"+name+"+}", variables[name]).Replace(got)
		}
		if len(variables) > 0 && !strings.Contains(path, "%") && got != want {
			t.Errorf("%q leads to %s with %v: %q", path, found.path, variables, got)
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add("replace", "/requestTemplates/application~1json", "x")
	f.Add("remove", "/requestTemplates/~0~1", "")
	f.Add("add", "//", "")
	f.Fuzz(func(t *testing.T, o, path, value string) {
		i := &agw.Integration{TimeoutInMillis: new(int64(50))}
		if patch(i, []agw.PatchOperation{op(o, path, value)}, integrationRules, refusePlainly) != nil {
			return
		}
		if o != "add" && o != "replace" {
			t.Errorf("%s %s was taken, though there is nothing to take away", o, path)
		}
	})
}
