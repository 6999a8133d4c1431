package awsquery

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// maxParameters bounds the parameters of one request. The largest that any
// operation takes are a few hundred.
const maxParameters = 1 << 14

// form holds the parameters whose names begin with a prefix, sorted by name.
// Looking beneath a longer prefix is a cut of the same slice, so reading costs
// nothing for what a request leaves out, whatever indices it names.
type form struct {
	prefix string
	params []param
}

type param struct{ name, value string }

// readForm reads the parameters of the query and of the body.
func readForm(r *wire.Request) (form, error) {
	body, err := wire.ReadBody(r)
	if err != nil {
		return form{}, err
	}
	return parseForm(r.URL.RawQuery, string(body))
}

// parseForm reads URL-encoded parameters. Of several by one name, the first
// counts.
func parseForm(texts ...string) (form, error) {
	var f form
	for _, text := range texts {
		for pair := range strings.SplitSeq(text, "&") {
			if pair == "" {
				continue
			}
			if len(f.params) == maxParameters {
				return form{}, malformedInput("Too many parameters")
			}
			p, err := parseParam(pair)
			if err != nil {
				return form{}, malformedQuery().Because(err)
			}
			f.params = append(f.params, p)
		}
	}
	slices.SortStableFunc(f.params, func(a, b param) int { return strings.Compare(a.name, b.name) })
	return f, nil
}

func parseParam(pair string) (param, error) {
	name, value, _ := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(name)
	if err != nil {
		return param{}, err
	}
	value, err = url.QueryUnescape(value)
	return param{name, value}, err
}

func malformedQuery() *awserr.Error {
	return &awserr.Error{Code: "MalformedQueryString", Status: http.StatusNotFound,
		Message: "The query string contains a syntax error"}
}

// find returns where the parameters begin that are not before name.
func (f form) find(name string) int {
	i, _ := slices.BinarySearchFunc(f.params, name, func(p param, name string) int { return strings.Compare(p.name, name) })
	return i
}

// value returns the parameter of that name beneath the prefix.
func (f form) value(name string) (string, bool) {
	i := f.find(f.prefix + name)
	if i == len(f.params) || f.params[i].name != f.prefix+name {
		return "", false
	}
	return f.params[i].value, true
}

// own returns the parameter whose name is the prefix itself, without its dot.
func (f form) own() (string, bool) {
	return form{params: f.params}.value(strings.TrimSuffix(f.prefix, "."))
}

// under returns the parameters of name itself and of "name.…".
func (f form) under(name string) form {
	name = f.prefix + name
	from, to := f.find(name), f.find(name+"/") // '/' follows '.'
	return form{name + ".", f.params[from:to]}
}

// isEmpty tells whether nothing was given, neither for the name nor beneath.
// Between the two there may be names that only begin alike.
func (f form) isEmpty() bool {
	_, ok := f.own()
	i := f.find(f.prefix)
	return !ok && (i == len(f.params) || !strings.HasPrefix(f.params[i].name, f.prefix))
}

// indices returns the numbers that follow the prefix, in order. AWS does not
// mind gaps.
func (f form) indices() []int {
	var found []int
	for _, p := range f.params {
		rest, ok := strings.CutPrefix(p.name, f.prefix)
		if !ok {
			continue
		}
		text, _, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(text)
		if err == nil && n > 0 && strconv.Itoa(n) == text {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
