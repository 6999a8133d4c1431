package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateResource renames a resource or moves it below another.
func (s *Service) UpdateResource(ctx context.Context, call *api.Call, in *agw.UpdateResourceRequest) (*agw.Resource, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "resources", in.ResourceId); err != nil {
		return nil, err
	}
	var out agw.Resource
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		t, err := loadTree(tx, resourcePrefix(in.RestApiId))
		if err != nil {
			return err
		}
		r := t[in.ResourceId]
		if r == nil {
			return noSuchResource()
		}
		if err := t.move(r, in.PatchOperations); err != nil {
			return err
		}
		out = r.shape(t.path(r), false)
		return save(tx, resourceKey(in.RestApiId, r.ID), r)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var resourceRules = []rule[resource]{
	{"/parentId", replaceOnly, func(r *resource, p patchOp) error {
		if r.isRoot() {
			return agw.BadRequestException("Root resource cannot update its parentId.")
		}
		r.ParentID = p.text()
		return nil
	}},
	{"/pathPart", replaceOnly, func(r *resource, p patchOp) error {
		if r.isRoot() {
			return agw.BadRequestException("Root resource cannot update its pathPart.")
		}
		r.PathPart = p.text()
		return nil
	}},
}

// move patches a resource of the tree, and refuses a place that it may not
// have.
func (t tree) move(r *resource, ops []agw.PatchOperation) error {
	moved := *r
	if err := patch(&moved, ops, resourceRules, refusePlainly); err != nil {
		return err
	}
	if moved.isRoot() {
		return nil
	}
	if t.within(t[moved.ParentID], r.ID) {
		return agw.BadRequestException("Resources cannot be cyclical.")
	}
	if err := t.checkPlace(&moved); err != nil {
		return err
	}
	if isGreedy(moved.PathPart) && len(t.children(r.ID)) > 0 {
		return agw.BadRequestException("A resource with a greedy path variable cannot have children: " + moved.PathPart)
	}
	*r = moved
	return nil
}
