package apigateway

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Documentation lies beside what it is about. A version keeps copies of all
// parts, which nobody changes.
//
//	("apigateway", "api", api, "documentationpart", id)                documentationPart
//	("apigateway", "api", api, "documentationversion", version)        documentationVersion
//	("apigateway", "api", api, "documentationcopy", version, id)       documentationPart

func documentationPartKey(api, id string) []byte {
	return keys.Encode("apigateway", "api", api, "documentationpart", id)
}

func documentationPartPrefix(api string) []byte {
	return keys.Encode("apigateway", "api", api, "documentationpart")
}

func documentationVersionKey(api, version string) []byte {
	return keys.Encode("apigateway", "api", api, "documentationversion", version)
}

func documentationVersionPrefix(api string) []byte {
	return keys.Encode("apigateway", "api", api, "documentationversion")
}

func documentationCopyKey(api, version, id string) []byte {
	return keys.Encode("apigateway", "api", api, "documentationcopy", version, id)
}

func documentationCopyPrefix(api, version string) []byte {
	return keys.Encode("apigateway", "api", api, "documentationcopy", version)
}

// documentationPart is what is told about one thing of an API.
type documentationPart struct {
	Form int
	Part agw.DocumentationPart
}

// documentationVersion is the documentation of an API as it stood at one time.
type documentationVersion struct {
	Form        int
	Version     string
	Created     time.Time
	Description *string `json:",omitempty"`
}

func (v *documentationVersion) shape() agw.DocumentationVersion {
	return agw.DocumentationVersion{CreatedDate: new(v.Created), Description: v.Description, Version: new(v.Version)}
}

const documentationPartIDLength = 6

func noSuchDocumentationPart() error {
	return agw.NotFoundException("Invalid Documentation part identifier specified")
}

func noSuchDocumentationVersion() error {
	return agw.NotFoundException("Invalid Documentation version specified")
}

// findDocumentationPart reads a part. What is no API has no parts either, and
// AWS says no more than that.
func findDocumentationPart(r kv.Reader, call *api.Call, apiID, id string) (*documentationPart, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, orElse(hideNotFound(err), noSuchDocumentationPart())
	}
	p, err := load[documentationPart](r, documentationPartKey(apiID, id))
	if err != nil {
		return nil, orElse(err, noSuchDocumentationPart())
	}
	return p, nil
}

func findDocumentationVersion(r kv.Reader, call *api.Call, apiID, version string) (*documentationVersion, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	v, err := load[documentationVersion](r, documentationVersionKey(apiID, version))
	if err != nil {
		return nil, orElse(err, noSuchDocumentationVersion())
	}
	return v, nil
}

// sameLocation reports whether two locations are one, with AWS's defaults for
// what they leave out.
func sameLocation(a, b *agw.DocumentationPartLocation) bool {
	or := func(s *string, otherwise string) string {
		if v := deref(s); v != "" {
			return v
		}
		return otherwise
	}
	return a.Type == b.Type && or(a.Path, "/") == or(b.Path, "/") && or(a.Method, "*") == or(b.Method, "*") &&
		or(a.StatusCode, "*") == or(b.StatusCode, "*") && deref(a.Name) == deref(b.Name)
}

// locationText is how AWS names a location: "type 'METHOD', path '/pets'".
func locationText(l *agw.DocumentationPartLocation) string {
	text := "type '" + l.Type + "'"
	for _, m := range []struct {
		name  string
		value *string
	}{{"path", l.Path}, {"method", l.Method}, {"statusCode", l.StatusCode}, {"name", l.Name}} {
		if deref(m.value) != "" {
			text += ", " + m.name + " '" + *m.value + "'"
		}
	}
	return text
}

// checkProperties refuses what tells nothing.
func checkProperties(properties string) error {
	if strings.TrimSpace(properties) == "" {
		return agw.BadRequestException("Documentation part properties must be non-empty")
	}
	if !json.Valid([]byte(properties)) {
		return agw.BadRequestException("Documentation part properties must be valid JSON")
	}
	return nil
}

// saveDocumentation writes parts, each in place of the one for the same thing
// among kept. It returns all that there are then, and the ids of those it wrote.
func (s *Service) saveDocumentation(tx kv.Tx, apiID string, kept []*documentationPart, parts []agw.DocumentationPart) (all []*documentationPart, ids []string, err error) {
	all, ids = slices.Clone(kept), []string{}
	for _, part := range parts {
		part.Id = new(newID(s.clock, documentationPartIDLength))
		p := &documentationPart{Form: form, Part: part}
		i := slices.IndexFunc(all, func(before *documentationPart) bool { return sameLocation(before.Part.Location, part.Location) })
		if i >= 0 {
			p.Part.Id, all[i] = all[i].Part.Id, p
		} else {
			all = append(all, p)
		}
		ids = append(ids, *p.Part.Id)
		if err := save(tx, documentationPartKey(apiID, *p.Part.Id), p); err != nil {
			return nil, nil, err
		}
	}
	return all, ids, nil
}

// saveDocumentationVersion keeps parts as a version.
func (s *Service) saveDocumentationVersion(tx kv.Tx, apiID string, v *documentationVersion, parts []*documentationPart) error {
	key := documentationVersionKey(apiID, v.Version)
	if taken, err := exists(tx, key); err != nil || taken {
		return orConflict(err, "Documentation version already exists")
	}
	for _, p := range parts {
		if err := save(tx, documentationCopyKey(apiID, v.Version, *p.Part.Id), p); err != nil {
			return err
		}
	}
	return save(tx, key, v)
}

// changeDocumentation changes the documentation of an API.
func (s *Service) changeDocumentation(ctx context.Context, call *api.Call, apiID string, change func(tx kv.Tx) error) error {
	return s.changeAPI(ctx, call, apiID, func(tx kv.Tx, _ *restAPI) error { return change(tx) })
}

// checkDocumentationVersion refuses a stage with a version that there is not. An
// empty one is none.
func checkDocumentationVersion(r kv.Reader, apiID string, st *agw.Stage) error {
	if deref(st.DocumentationVersion) == "" {
		st.DocumentationVersion = nil
		return nil
	}
	found, err := exists(r, documentationVersionKey(apiID, *st.DocumentationVersion))
	if err == nil && !found {
		return noSuchDocumentationVersion()
	}
	return err
}
