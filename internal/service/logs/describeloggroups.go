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
	matches, err := groupFilter(call, in)
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
			shown, err := describeIn(r, call, g, in)
			if err != nil {
				return err
			}
			out.LogGroups = append(out.LogGroups, shown)
		}
		return nil
	})
	return out, err
}

// describeIn returns a group as this request shows it: AWS leaves two members
// out where it was asked with a pattern.
func describeIn(r kv.Reader, call *api.Call, g *group, in *logsapi.DescribeLogGroupsRequest) (logsapi.LogGroup, error) {
	if in.LogGroupNamePattern != nil {
		shown := g.describe(call, 0)
		shown.StoredBytes, shown.DeletionProtectionEnabled = nil, nil
		return shown, nil
	}
	streams, err := readStreams(r, g.ID, "")
	size := int64(0)
	for _, st := range streams {
		size += st.StoredBytes
	}
	return g.describe(call, size), err
}

// groupFilter returns which groups the request is about. That those of linked
// accounts are to be included changes nothing: no account is linked here.
func groupFilter(call *api.Call, in *logsapi.DescribeLogGroupsRequest) (func(*group) bool, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, logsapi.InvalidParameterException("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if len(in.AccountIdentifiers) > 0 {
		return nil, awserr.Unsupported("the accountIdentifiers parameter of DescribeLogGroups")
	}
	wanted := map[string]bool{}
	for _, identifier := range in.LogGroupIdentifiers {
		if name, err := nameOf(call, identifier); err == nil {
			wanted[name] = true
		}
	}
	return func(g *group) bool {
		switch {
		case len(in.LogGroupIdentifiers) > 0 && !wanted[g.Name]:
			return false
		case in.LogGroupNamePrefix != nil && !strings.HasPrefix(g.Name, *in.LogGroupNamePrefix):
			return false
		case in.LogGroupNamePattern != nil && !strings.Contains(strings.ToLower(g.Name), strings.ToLower(*in.LogGroupNamePattern)):
			return false
		}
		return in.LogGroupClass == "" || in.LogGroupClass == g.Class
	}, nil
}
