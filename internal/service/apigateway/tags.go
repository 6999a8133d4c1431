package apigateway

import (
	"context"
	"net/url"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// maxTags is how many tags something may have.
const maxTags = 50

// checkTags refuses tags that AWS refuses.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return agw.BadRequestException("Too many tags. A maximum of 50 tags is allowed")
	}
	for name := range tags {
		if strings.HasPrefix(strings.ToLower(name), "aws:") {
			return agw.BadRequestException("Tag keys starting with 'aws:' are reserved for system use")
		}
	}
	return nil
}

// tagged is what has tags: an API, one of its stages, an API key, a usage plan,
// or a thing of a kind that accounts have.
type tagged struct {
	apiID string
	stage string // "" for the API itself
	key   string
	plan  string

	kind tagKeeper // nil for all of the above
	id   string
}

// parseTagged reads the ARN of something that has tags, such as
// "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5/stages/prod".
func parseTagged(call *api.Call, arn string) (tagged, error) {
	path, found := strings.CutPrefix(arn, resourceARN(call))
	if !found {
		path, found = strings.CutPrefix(arn, "arn:aws:apigateway:"+call.Region+":"+call.Account+":/")
	}
	parts := strings.Split(path, "/")
	switch {
	case !found:
	case len(parts) == 2 && parts[0] == "restapis":
		return tagged{apiID: parts[1]}, nil
	case len(parts) == 4 && parts[0] == "restapis" && parts[2] == "stages":
		return tagged{apiID: parts[1], stage: parts[3]}, nil
	case len(parts) == 2 && parts[0] == "apikeys":
		return tagged{key: parts[1]}, nil
	case len(parts) == 2 && parts[0] == "usageplans":
		return tagged{plan: parts[1]}, nil
	case len(parts) == 5 && parts[0] == accessAssociations.name:
		return tagged{kind: accessAssociations, id: strings.Join(parts[1:], "/")}, nil
	case len(parts) == 2 && tagKeepers[parts[0]] != nil:
		return tagged{kind: tagKeepers[parts[0]], id: parts[1]}, nil
	}
	return tagged{}, agw.BadRequestException("Invalid ARN specified in the request")
}

// authorizeTags asks whether the caller may act on the tags of something.
func (s *Service) authorizeTags(ctx context.Context, call *api.Call, method, arn string, facts ...api.Fact) error {
	return s.authorizeWith(ctx, call, facts, method, "tags", url.PathEscape(arn))
}

// tagsOf reads the tags of something.
func tagsOf(r kv.Reader, call *api.Call, t tagged) (map[string]string, error) {
	switch {
	case t.kind != nil:
		return t.kind.tagsOf(r, call, t.id)
	case t.stage != "":
		st, err := findStage(r, call, t.apiID, t.stage)
		if err != nil {
			return nil, err
		}
		return st.Stage.Tags, nil
	case t.key != "":
		k, err := findKey(r, call, t.key)
		if err != nil {
			return nil, err
		}
		return k.Key.Tags, nil
	case t.plan != "":
		p, err := findPlan(r, call, t.plan)
		if err != nil {
			return nil, err
		}
		return p.Plan.Tags, nil
	}
	a, err := findAPI(r, call, t.apiID)
	if err != nil {
		return nil, err
	}
	return a.API.Tags, nil
}

// changeTags changes the tags of something.
func (s *Service) changeTags(ctx context.Context, call *api.Call, t tagged, change func(tags map[string]string) error) error {
	in := func(tags *map[string]string) error {
		if *tags == nil {
			*tags = map[string]string{}
		}
		return change(*tags)
	}
	switch {
	case t.kind != nil:
		return t.kind.changeTags(ctx, s, call, t.id, change)
	case t.stage != "":
		return s.changeStage(ctx, call, t.apiID, t.stage, func(_ kv.Tx, st *stage) error { return in(&st.Stage.Tags) })
	case t.key != "":
		return s.changeKey(ctx, call, t.key, func(_ kv.Tx, k *keyRecord) error { return in(&k.Key.Tags) })
	case t.plan != "":
		return s.changePlan(ctx, call, t.plan, func(_ kv.Tx, p *planRecord) error { return in(&p.Plan.Tags) })
	}
	return s.changeAPI(ctx, call, t.apiID, func(tx kv.Tx, a *restAPI) error {
		if err := in(&a.API.Tags); err != nil {
			return err
		}
		return save(tx, apiKey(t.apiID), a)
	})
}
