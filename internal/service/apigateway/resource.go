package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// resource is one path of an API, with the methods on it.
type resource struct {
	Form     int
	ID       string
	ParentID string                 `json:",omitempty"` // "" for the root
	PathPart string                 `json:",omitempty"` // "" for the root
	Methods  map[string]*agw.Method `json:",omitempty"` // by HTTP method
}

// isRoot tells the resource that an API was made with.
func (r *resource) isRoot() bool { return r.ParentID == "" }

// shape is the resource as AWS shows it. The methods on it are named, and
// described only where that was asked for.
func (r *resource) shape(path string, withMethods bool) agw.Resource {
	out := agw.Resource{Id: new(r.ID), Path: new(path)}
	if !r.isRoot() {
		out.ParentId, out.PathPart = new(r.ParentID), new(r.PathPart)
	}
	for name, m := range r.Methods {
		if out.ResourceMethods == nil {
			out.ResourceMethods = map[string]agw.Method{}
		}
		out.ResourceMethods[name] = agw.Method{}
		if withMethods {
			out.ResourceMethods[name] = *m
		}
	}
	return out
}

// findResource reads a resource of the caller. An API that is not there has no
// resources either, and AWS says no more than that.
func findResource(r kv.Reader, call *api.Call, apiID, id string) (*resource, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, orElse(hideNotFound(err), noSuchResource())
	}
	res, err := load[resource](r, resourceKey(apiID, id))
	if err != nil {
		return nil, orElse(err, noSuchResource())
	}
	return res, nil
}

func noSuchResource() error {
	return agw.NotFoundException("Invalid Resource identifier specified")
}

// changeResource changes one resource by itself, its methods included.
func (s *Service) changeResource(ctx context.Context, call *api.Call, apiID, id string, change func(tx kv.Tx, r *resource) error) error {
	claims := kv.Claims{Write: [][]byte{resourceKey(apiID, id)}, Read: [][]byte{apiKey(apiID)}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		r, err := findResource(tx, call, apiID, id)
		if err != nil {
			return err
		}
		if err := change(tx, r); err != nil {
			return err
		}
		return save(tx, resourceKey(apiID, id), r)
	})
}

// tree is all the resources of an API or of a deployment.
type tree map[string]*resource

// loadTree reads all resources under a prefix.
func loadTree(r kv.Reader, prefix []byte) (tree, error) {
	all, err := loadAll[resource](r, prefix)
	if err != nil {
		return nil, err
	}
	t := make(tree, len(all))
	for _, res := range all {
		t[res.ID] = res
	}
	return t, nil
}

// path returns the path of a resource, such as "/pets/{id}".
func (t tree) path(r *resource) string {
	var parts []string
	// A tree has no circles; the bound is for one that was damaged.
	for n := 0; r != nil && !r.isRoot() && n <= len(t); n++ {
		parts = append(parts, r.PathPart)
		r = t[r.ParentID]
	}
	slices.Reverse(parts)
	return "/" + strings.Join(parts, "/")
}

// children returns the resources right below one.
func (t tree) children(id string) []*resource {
	var out []*resource
	for _, r := range t {
		if r.ParentID == id {
			out = append(out, r)
		}
	}
	return out
}

// within reports whether r is the resource with that id or lies below it.
func (t tree) within(r *resource, id string) bool {
	for n := 0; r != nil && n <= len(t); n++ {
		if r.ID == id {
			return true
		}
		r = t[r.ParentID]
	}
	return false
}
