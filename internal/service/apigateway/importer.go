package apigateway

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/service/apigateway/openapi"
	"cloudless/internal/storage/kv"
)

// importer brings what a document describes into an API. What one by one would
// be refused is collected and refused together, with nothing done.
type importer struct {
	s              *Service
	tx             kv.Tx
	api            *restAPI
	doc            *openapi.API
	warnings       []string
	failOnWarnings bool
	afresh         bool // nothing that the API has counts, but for its root

	// pass asks whether the caller may let API Gateway act in a role.
	pass func(role *string) error

	// What there is, with what was brought in: a transaction does not read its
	// own writes.
	tree   tree
	known  map[string]*model
	parts  []*documentationPart
	errors []string

	authorizerIDs map[string]string // by their names
	validatorIDs  map[string]string // by their names
}

func (im *importer) id() string { return *im.api.API.Id }

// run brings everything in. The API's own record is changed, but not saved.
func (im *importer) run() error {
	if im.failOnWarnings && len(im.warnings) > 0 {
		return importWarnings(im.warnings)
	}
	for _, step := range []func() error{
		im.load, im.properties, im.policy, im.models, im.authorizers, im.validators, im.gatewayResponses, im.resources, im.documentation,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if len(im.errors) == 0 {
		return nil
	}
	text := "Errors found during import:\n\t" + strings.Join(im.errors, "\n\t")
	if len(im.warnings) > 0 {
		text += "\nAdditionally, these warnings were found:\n\t" + strings.Join(im.warnings, "\n\t")
	}
	return agw.BadRequestException(text)
}

// refused notes why a part cannot be brought in. What is not built ends the
// import by itself, so that its name is not lost among other reasons.
func (im *importer) refused(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	switch code := awserr.Code(err); code {
	case "BadRequestException", "ConflictException", "NotFoundException", "LimitExceededException":
		if len(im.errors) < maxImportErrors {
			im.errors = append(im.errors, fmt.Sprintf(format, args...)+": "+awserr.From(err).Message)
		}
		return nil
	}
	return err
}

const maxImportErrors = 100

// load reads what there is, or takes it away where it does not count.
func (im *importer) load() (err error) {
	id := im.id()
	if im.afresh {
		root := &resource{Form: form, ID: *im.api.API.RootResourceId}
		im.tree, im.known = tree{root.ID: root}, map[string]*model{}
		for _, prefix := range [][]byte{resourcePrefix(id), modelPrefix(id), documentationPartPrefix(id)} {
			if err := deleteAll(im.tx, prefix); err != nil {
				return err
			}
		}
		return nil
	}
	if im.tree, err = loadTree(im.tx, resourcePrefix(id)); err != nil {
		return err
	}
	models, err := loadAll[model](im.tx, modelPrefix(id))
	if err != nil {
		return err
	}
	im.known = map[string]*model{}
	for _, m := range models {
		im.known[*m.Model.Name] = m
	}
	im.parts, err = loadAll[documentationPart](im.tx, documentationPartPrefix(id))
	return err
}

// properties sets what the API itself is.
func (im *importer) properties() error {
	a, d := &im.api.API, im.doc
	if im.afresh {
		a.Description, a.Version, a.BinaryMediaTypes, a.ApiKeySource = nil, nil, nil, "HEADER"
		a.DisableExecuteApiEndpoint, a.MinimumCompressionSize = new(false), nil
	}
	if d.Title != "" {
		a.Name = new(d.Title)
	}
	if d.Description != nil {
		a.Description = d.Description
	}
	if d.Version != nil {
		a.Version = d.Version
	}
	for _, t := range d.BinaryMediaTypes {
		if !slices.Contains(a.BinaryMediaTypes, t) {
			a.BinaryMediaTypes = append(slices.Clip(a.BinaryMediaTypes), t)
		}
	}
	if d.APIKeySource != "" {
		if err := patchAPIKeySource(a, patchOp{op: "replace", value: &d.APIKeySource}); err != nil {
			return err
		}
	}
	if d.DisableExecuteApiEndpoint != nil {
		a.DisableExecuteApiEndpoint = d.DisableExecuteApiEndpoint
	}
	if d.MinimumCompressionSize != nil {
		a.MinimumCompressionSize = d.MinimumCompressionSize
		if err := checkCompressionSize(a.MinimumCompressionSize); err != nil {
			return err
		}
	}
	if d.Endpoint != nil {
		a.EndpointConfiguration = mergeEndpoint(a.EndpointConfiguration, d.Endpoint)
	}
	a.SecurityPolicy = cmp.Or(d.SecurityPolicy, a.SecurityPolicy)
	a.EndpointAccessMode = cmp.Or(d.EndpointAccessMode, a.EndpointAccessMode)
	if err := checkEndpoint(a.EndpointConfiguration); err != nil {
		return err
	}
	return checkAPISecurity(a.SecurityPolicy, a.EndpointAccessMode, a.EndpointConfiguration)
}

func (im *importer) models() error {
	for _, m := range im.doc.Models {
		kept := &model{Form: form, Model: m}
		kept.Model.Id = new(newID(im.s.clock, modelIDLength))
		if before := im.known[*m.Name]; before != nil {
			kept.Model.Id = before.Model.Id
		}
		if err := checkModel(&kept.Model); err != nil {
			if err := im.refused(err, "Unable to create model for '%s'", *m.Name); err != nil {
				return err
			}
			continue
		}
		im.known[*m.Name] = kept
		if err := save(im.tx, modelKey(im.id(), *m.Name), kept); err != nil {
			return err
		}
	}
	return nil
}

// checkModels is checkModels for what there is now.
func (im *importer) checkModels(models map[string]string) error {
	for _, mediaType := range slices.Sorted(maps.Keys(models)) {
		if im.known[models[mediaType]] == nil {
			return agw.BadRequestException("Invalid model identifier specified: " + models[mediaType])
		}
	}
	return nil
}

func (im *importer) resources() error {
	for _, res := range im.doc.Resources {
		r, err := im.resourceAt(res.Path)
		if err == nil && len(im.tree) > maxResources {
			return agw.LimitExceededException("Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.")
		}
		if err != nil {
			if err := im.refused(err, "Unable to create resource at path '%s'", res.Path); err != nil {
				return err
			}
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(res.Methods)) {
			if err := im.method(r, res.Path, res.Methods[name]); err != nil {
				return err
			}
		}
	}
	for _, r := range im.tree {
		if err := save(im.tx, resourceKey(im.id(), r.ID), r); err != nil {
			return err
		}
	}
	return nil
}

// resourceAt returns the resource at a path, made with all above it.
func (im *importer) resourceAt(path string) (*resource, error) {
	at := im.tree[*im.api.API.RootResourceId]
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if part == "" {
			continue // the root, or two slashes that AWS takes for one
		}
		children := im.tree.children(at.ID)
		if i := slices.IndexFunc(children, func(r *resource) bool { return r.PathPart == part }); i >= 0 {
			at = children[i]
			continue
		}
		r := &resource{Form: form, ID: newID(im.s.clock, resourceIDLength), ParentID: at.ID, PathPart: part}
		if err := im.tree.checkPlace(r); err != nil {
			return nil, err
		}
		im.tree[r.ID] = r
		at = r
	}
	return at, nil
}

// documentation adds the documentation parts, in place of those for the same
// things, and keeps them as a version where the document names one.
func (im *importer) documentation() error {
	parts, _ := importable(im.doc.Documentation)
	all, _, err := im.s.saveDocumentation(im.tx, im.id(), im.parts, parts)
	if err != nil || im.doc.DocumentationVersion == "" {
		return err
	}
	v := &documentationVersion{Form: form, Version: im.doc.DocumentationVersion, Created: im.s.now()}
	if taken, err := exists(im.tx, documentationVersionKey(im.id(), v.Version)); err != nil || taken {
		return err
	}
	return im.s.saveDocumentationVersion(im.tx, im.id(), v, all)
}

func importWarnings(warnings []string) error {
	return agw.BadRequestException("Warnings found during import:\n\t" + strings.Join(warnings, "\n\t"))
}
