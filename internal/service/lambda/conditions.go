package lambda

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// The condition keys of Lambda are those of the Service Authorization Reference,
// operation by operation. Those of networks are missing: no function is in one.

// resourceTags are what policies may ask of the tags of a resource. Those of a
// function are its versions' and aliases' too.
func resourceTags(tags map[string]string) []api.Fact {
	var facts []api.Fact
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		facts = append(facts, api.Given("aws:ResourceTag/"+name, tags[name]))
	}
	return facts
}

// given is the fact that a key has these values, if there are any.
func given(key string, values ...string) []api.Fact {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	if len(values) == 0 {
		return nil
	}
	return []api.Fact{api.Given(key, values...)}
}

// tagsOf returns what policies may ask of a function's tags. One that is not
// there has none.
func (s *Service) tagsOf(ctx context.Context, n name) (tags []api.Fact, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		known, err := s.recallFunction(r, n.unqualified(), notFound(n.arn()))
		if err == nil {
			tags = known.tags
		}
		return err
	})
	if awserr.Code(err) == "ResourceNotFoundException" {
		err = nil
	}
	return tags, err
}

// authorizeTagging asks whether the caller may tag what it makes, if it does so:
// AWS wants that permission beside the one to make it.
func (s *Service) authorizeTagging(ctx context.Context, call *api.Call, arn string, tags map[string]string) error {
	if len(tags) == 0 {
		return nil
	}
	return s.authz.Authorize(ctx, call, "lambda:TagResource", arn, api.RequestTags(tags)...)
}

// statementFacts are what policies may ask of a permission that is removed: whom
// it was given to, as AddPermission names them, and for which URLs.
func (s *Service) statementFacts(ctx context.Context, n name, sid string) (facts []api.Fact, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		h, err := readHolder(r, n)
		if err != nil {
			return err
		}
		for _, st := range h.policy.Statements {
			if st.Sid == sid {
				facts = append(given("lambda:Principal", st.principal()), given("lambda:FunctionUrlAuthType", st.Condition.StringEquals["lambda:FunctionUrlAuthType"])...)
			}
		}
		return nil
	})
	if awserr.Code(err) == "ResourceNotFoundException" {
		err = nil
	}
	return facts, err
}

// principal is whom a statement is for, in the words of a request.
func (st *statement) principal() string {
	switch p := st.Principal.(type) {
	case string:
		return p
	case map[string]any: // as it is read from the store
		service, _ := p["Service"].(string)
		arn, _ := p["AWS"].(string)
		if account, ok := strings.CutSuffix(strings.TrimPrefix(arn, "arn:aws:iam::"), ":root"); ok {
			arn = account
		}
		return cmp.Or(service, arn)
	}
	return ""
}
