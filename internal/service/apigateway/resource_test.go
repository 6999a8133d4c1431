package apigateway

import (
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func TestResourcesFormATree(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	pets := w.below(id, root, "pets")
	sub := w.below(id, pets, "subpets")
	if got := *do(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: sub}).Path; got != "/pets/subpets" {
		t.Errorf("path = %s", got)
	}

	renamed := do(w, w.UpdateResource, agw.UpdateResourceRequest{RestApiId: id, ResourceId: pets, PatchOperations: replace("/pathPart", "dogs")})
	if *renamed.Path != "/dogs" || *renamed.PathPart != "dogs" || *renamed.ParentId != root {
		t.Errorf("renamed = %s", asJSON(renamed))
	}
	if got := *do(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: sub}).Path; got != "/dogs/subpets" {
		t.Errorf("path below = %s", got)
	}

	do(w, w.DeleteResource, agw.DeleteResourceRequest{RestApiId: id, ResourceId: pets})
	items := do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id}).Items
	if len(items) != 1 || *items[0].Path != "/" || items[0].PathPart != nil || items[0].ParentId != nil {
		t.Errorf("left = %s", asJSON(items))
	}
}

func TestResourcesRefuse(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	pets := w.below(id, root, "pets")
	petID := w.below(id, pets, "{petId}")
	proxy := w.below(id, root, "{proxy+}")
	create := func(parent, part string) agw.CreateResourceRequest {
		return agw.CreateResourceRequest{RestApiId: id, ParentId: parent, PathPart: part}
	}
	for _, tt := range []struct {
		name, code, message string
		in                  agw.CreateResourceRequest
	}{
		{"an unknown parent", "NotFoundException", "Invalid Resource identifier specified", create("nosuch", "x")},
		{"an unknown API", "NotFoundException", "Invalid API identifier specified 111111111111:nosuch",
			agw.CreateResourceRequest{RestApiId: "nosuch", ParentId: root, PathPart: "x"}},
		{"a name twice", "ConflictException", "Another resource with the same parent already has this name: pets", create(root, "pets")},
		{"a second variable", "BadRequestException",
			"A sibling ({petId}) of this resource already has a variable path part -- only one is allowed", create(pets, "{id}")},
		{"a greedy variable beside one that is not", "BadRequestException",
			"A sibling ({petId}) of this resource already has a variable path part -- only one is allowed", create(pets, "{all+}")},
		{"a variable beside a greedy one", "BadRequestException",
			"A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed", create(root, "{id}")},
		{"a child of a greedy variable", "BadRequestException",
			"Cannot create a child of a resource with a greedy path variable: {proxy+}", create(proxy, "x")},
		{"a slash in a name", "BadRequestException",
			"Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.", create(root, "a/b")},
	} {
		t.Run(tt.name, func(*testing.T) { refused(w, w.CreateResource, tt.in, tt.code, tt.message) })
	}
	update := func(resourceID, path, value string) agw.UpdateResourceRequest {
		return agw.UpdateResourceRequest{RestApiId: id, ResourceId: resourceID, PatchOperations: replace(path, value)}
	}
	refused(w, w.UpdateResource, update(root, "/parentId", pets), "BadRequestException", "Root resource cannot update its parentId.")
	refused(w, w.UpdateResource, update(root, "/pathPart", "x"), "BadRequestException", "Root resource cannot update its pathPart.")
	refused(w, w.UpdateResource, update(pets, "/parentId", petID), "BadRequestException", "Resources cannot be cyclical.")
	refused(w, w.DeleteResource, agw.DeleteResourceRequest{RestApiId: id, ResourceId: root}, "BadRequestException", "Root resource cannot be deleted.")
}

func TestAListComesInPages(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	for _, part := range []string{"a", "b", "c", "d"} {
		w.below(id, root, part)
	}
	var paths []string
	var position *string
	for range 5 {
		out := do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id, Limit: new(int64(2)), Position: position})
		for _, r := range out.Items {
			paths = append(paths, *r.Path)
		}
		if position = out.Position; position == nil {
			break
		}
	}
	if got := asJSON(paths); got != `["/","/a","/b","/c","/d"]` {
		t.Errorf("paths = %s", got)
	}
}
