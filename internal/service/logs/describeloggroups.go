package logs

import (
	"context"
	"encoding/json"
	"strings"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// defaultPage is how many groups or streams a page has at most.
const defaultPage = 50

// DescribeLogGroups lists the groups of the account, by name.
func (s *Service) DescribeLogGroups(ctx context.Context, call *api.Call, in *logsapi.DescribeLogGroupsRequest) (*logsapi.DescribeLogGroupsResponse, error) {
	if err := s.authorizeGroup(ctx, call, "DescribeLogGroups", "*"); err != nil {
		return nil, err
	}
	matches, err := groupFilter(in)
	if err != nil {
		return nil, err
	}
	limit := defaultPage
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	after := ""
	if in.NextToken != nil {
		if err := decodeToken(*in.NextToken, &after); err != nil {
			return nil, err
		}
	}
	out := &logsapi.DescribeLogGroupsResponse{LogGroups: []logsapi.LogGroup{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		for p, err := range r.Scan(kv.Range{Start: groupKey(call, after), End: kv.PrefixEnd(groupsPrefix(call))}) {
			if err != nil {
				return err
			}
			g := &group{}
			if err := json.Unmarshal(p.Value, g); err != nil {
				return err
			}
			if g.Name == after || !matches(g) {
				continue
			}
			if len(out.LogGroups) == limit {
				out.NextToken = new(encodeToken(*out.LogGroups[limit-1].LogGroupName))
				return nil
			}
			out.LogGroups = append(out.LogGroups, g.describe(call))
		}
		return nil
	})
	return out, err
}

// groupFilter returns which groups the request is about.
func groupFilter(in *logsapi.DescribeLogGroupsRequest) (func(*group) bool, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, logsapi.InvalidParameterException("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if len(in.AccountIdentifiers) > 0 || len(in.LogGroupIdentifiers) > 0 {
		return nil, awserr.Unsupported("the accountIdentifiers and logGroupIdentifiers parameters of DescribeLogGroups")
	}
	return func(g *group) bool {
		switch {
		case in.LogGroupNamePrefix != nil && !strings.HasPrefix(g.Name, *in.LogGroupNamePrefix):
			return false
		case in.LogGroupNamePattern != nil && !strings.Contains(strings.ToLower(g.Name), strings.ToLower(*in.LogGroupNamePattern)):
			return false
		}
		return in.LogGroupClass == "" || in.LogGroupClass == g.Class
	}, nil
}
