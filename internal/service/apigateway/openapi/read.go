package openapi

import (
	"bytes"
	"strings"
)

// Options say how a document is read.
type Options struct {
	APIID               string // that references to models are to name
	BasePath            string // "ignore", "prepend" or "split"; "" is "ignore"
	IgnoreDocumentation bool
}

// reader reads one document.
type reader struct {
	options  Options
	doc      *node
	v2       bool // OpenAPI 2.0, not 3.0
	api      *API
	warnings []string

	models  map[string]bool  // that the document names
	inline  map[*node]string // models that stand by themselves in methods
	left    int              // see spend
	schemes map[string]scheme
}

// Read reads a document in JSON or YAML. warnings are what AWS would say of it
// and go on. The error is a [Problem].
func Read(doc []byte, options Options) (api *API, warnings []string, err error) {
	root, err := parseDocument(doc)
	if err != nil || !root.is(object) {
		return nil, nil, invalidInput
	}
	r := &reader{options: options, doc: root, api: &API{}, models: map[string]bool{}, inline: map[*node]string{}, left: maxValues}
	switch v2, v3 := root.get("swagger").str(), root.get("openapi").str(); {
	case v2 == "2.0" || v2 == "2":
		r.v2 = true
	case strings.HasPrefix(v3, "3.0"):
	default:
		return nil, nil, invalidInput
	}
	if err := r.read(); err != nil {
		return nil, nil, err
	}
	return r.api, r.warnings, nil
}

// parseDocument reads JSON, and what is not JSON as YAML.
func parseDocument(doc []byte) (*node, error) {
	if len(doc) > MaxBytes {
		return nil, errTooLarge
	}
	if bytes.HasPrefix(bytes.TrimSpace(doc), []byte("{")) {
		if n, err := parseJSON(doc); err == nil {
			return n, nil
		}
	}
	return parseYAML(doc)
}

// spend pays for n things that are taken out of the document. What methods refer
// to they have each for themselves, so that a document may say much with few
// words, as aliases of YAML may. It reports whether there is something left.
func (r *reader) spend(n int) bool {
	r.left -= n
	return r.left >= 0
}

func (r *reader) warn(text string) {
	if len(r.warnings) < maxWarnings {
		r.warnings = append(r.warnings, text)
	}
}

const maxWarnings = 200

func (r *reader) read() error {
	info := r.doc.get("info")
	r.api.Title = info.get("title").str()
	r.api.Description = info.get("description").ptr()
	r.api.Version = info.get("version").ptr()
	r.api.BasePath = r.basePath()
	r.readExtensions()
	r.readModels()
	r.readSchemes()
	if err := r.readPaths(); err != nil {
		return err
	}
	if r.left < 0 {
		return invalidInput
	}
	return nil
}

// component returns a part that others refer to: in 3.0 one of components, in
// 2.0 a member of the document.
func (r *reader) component(v2, v3 string) *node {
	if r.v2 {
		return r.doc.get(v2)
	}
	return r.doc.get("components", v3)
}

// deref follows references within the document. It returns nil for those that
// lead out of it or in a circle.
func (r *reader) deref(n *node) *node {
	for hops := 0; n.get("$ref").is(text); hops++ {
		pointer, local := strings.CutPrefix(n.get("$ref").text, "#")
		if !local || hops > 20 {
			return nil
		}
		n = r.doc.at(pointer)
	}
	return n
}

// basePath returns what the paths of the document are below: basePath in 2.0,
// the path of the first server in 3.0.
func (r *reader) basePath() string {
	if r.v2 {
		return cleanPath(r.doc.get("basePath").str())
	}
	servers := r.doc.get("servers")
	if !servers.is(list) || len(servers.items) == 0 {
		return ""
	}
	if len(servers.items) > 1 {
		r.warn("More than one server provided. Ignoring all but the first for defining endpoint configuration")
	}
	server := servers.items[0]
	address := server.get("url").str()
	server.get("variables").members(func(name string, v *node) {
		address = strings.ReplaceAll(address, "{"+name+"}", strings.Trim(v.get("default").str(), "/"))
	})
	if _, rest, found := strings.Cut(address, "://"); found {
		_, address, _ = strings.Cut(rest, "/")
	}
	return cleanPath(address)
}

func cleanPath(path string) string {
	if path = strings.Trim(path, "/"); path == "" {
		return ""
	}
	return "/" + path
}

// prefix returns what of the base path goes before all paths.
func (r *reader) prefix() string {
	switch r.options.BasePath {
	case "prepend":
		return r.api.BasePath
	case "split":
		// The first part is what a stage or a domain's mapping is to be.
		_, rest, _ := strings.Cut(strings.TrimPrefix(r.api.BasePath, "/"), "/")
		return cleanPath(rest)
	}
	return ""
}
