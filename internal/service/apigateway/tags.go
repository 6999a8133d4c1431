package apigateway

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
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

// tagged is what has tags: an API, or one of its stages.
type tagged struct {
	apiID string
	stage string // "" for the API itself
}

// parseTagged reads the ARN of something that has tags, such as
// "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5/stages/prod".
func parseTagged(call *api.Call, arn string) (tagged, error) {
	path, found := strings.CutPrefix(arn, resourceARN(call))
	parts := strings.Split(path, "/")
	switch {
	case !found:
	case len(parts) == 2 && parts[0] == "restapis":
		return tagged{apiID: parts[1]}, nil
	case len(parts) == 4 && parts[0] == "restapis" && parts[2] == "stages":
		return tagged{apiID: parts[1], stage: parts[3]}, nil
	case slices.Contains([]string{"apikeys", "clientcertificates", "domainnames", "usageplans", "vpclinks"}, parts[0]):
		return tagged{}, awserr.Unsupported("the tags of " + parts[0])
	}
	return tagged{}, agw.BadRequestException("Invalid ARN specified in the request")
}

// authorizeTags asks whether the caller may act on the tags of something.
func (s *Service) authorizeTags(ctx context.Context, call *api.Call, method, arn string, facts ...api.Fact) error {
	return s.authorizeWith(ctx, call, facts, method, "tags", url.PathEscape(arn))
}

// tagsOf reads the tags of something.
func tagsOf(r kv.Reader, call *api.Call, t tagged) (map[string]string, error) {
	if t.stage != "" {
		st, err := findStage(r, call, t.apiID, t.stage)
		if err != nil {
			return nil, err
		}
		return st.Stage.Tags, nil
	}
	a, err := findAPI(r, call, t.apiID)
	if err != nil {
		return nil, err
	}
	return a.API.Tags, nil
}

// changeTags changes the tags of something.
func (s *Service) changeTags(ctx context.Context, call *api.Call, t tagged, change func(tags map[string]string) error) error {
	if t.stage != "" {
		return s.changeStage(ctx, call, t.apiID, t.stage, func(_ kv.Tx, st *stage) error {
			if st.Stage.Tags == nil {
				st.Stage.Tags = map[string]string{}
			}
			return change(st.Stage.Tags)
		})
	}
	return s.changeAPI(ctx, call, t.apiID, func(tx kv.Tx, a *restAPI) error {
		if a.API.Tags == nil {
			a.API.Tags = map[string]string{}
		}
		if err := change(a.API.Tags); err != nil {
			return err
		}
		return save(tx, apiKey(t.apiID), a)
	})
}
