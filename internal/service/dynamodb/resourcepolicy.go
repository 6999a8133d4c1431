package dynamodb

import (
	"context"
	"strconv"
	"strings"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// policyRecord is the policy of a table, byte for byte as it was given.
type policyRecord struct {
	Document string `json:"document"`
	Revision string `json:"revision"`
}

const (
	maxPolicyBytes = 20 << 10
	// noPolicy as ExpectedRevisionId says that there must be no policy yet.
	noPolicy = "NO_POLICY"
)

// Documents knows the policy language.
type Documents interface {
	// Check returns why a document cannot be the policy of a resource, in
	// words for the caller.
	Check(document string) error
}

// checkPolicy refuses a document that cannot be the policy of a table.
func (s *Service) checkPolicy(document string) error {
	if len(document) > maxPolicyBytes {
		return ddb.LimitExceededException("Policy size exceeds the limit of 20 KB")
	}
	if s.docs == nil {
		return nil
	}
	if err := s.docs.Check(document); err != nil {
		return awserr.Validation("Invalid policy document: " + err.Error())
	}
	return nil
}

// authorize authorizes an action on a table itself, by the table's own policy
// as well.
func (s *Service) authorize(ctx context.Context, call *api.Call, action string, where ref) error {
	t, err := s.lookupNow(ctx, where)
	if err != nil {
		return err
	}
	return s.authz.Authorize(ctx, call, "dynamodb:"+action, where.arn(), t.policyFacts()...)
}

// policyFacts is the policy of the table, if there is one.
func (t *table) policyFacts() []api.Fact {
	if t == nil || t.Policy == nil {
		return nil
	}
	return []api.Fact{api.WithResourcePolicy(t.Policy.Document)}
}

// openPolicy authorizes an action on the policy of the table that arn names.
func (s *Service) openPolicy(ctx context.Context, call *api.Call, action, arn string) (ref, error) {
	if strings.Contains(arn, "/stream/") {
		return ref{}, awserr.Unsupported("the resource policy of a stream")
	}
	where, err := parseRef(call, arn)
	if err != nil || where.arn() != arn {
		return ref{}, awserr.Validation("Invalid TableArn: Invalid ResourceArn provided as input " + arn)
	}
	return where, s.authorize(ctx, call, action, where)
}

// changePolicy changes the policy of a table, and returns what it was.
func (s *Service) changePolicy(ctx context.Context, call *api.Call, where ref, expected *string, change func(*record)) (was *policyRecord, err error) {
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readRecord(tx, call, where)
		if err != nil {
			return err
		}
		was = r.Policy
		revision := noPolicy
		if was != nil {
			revision = was.Revision
		}
		if expected != nil && *expected != revision {
			return ddb.PolicyNotFoundException("The resource-based policy with the provided RevisionId was not found")
		}
		change(r)
		tx.Set(key, r.encode())
		return nil
	})
	return was, err
}

// newRevision names a version of a policy.
func (s *Service) newRevision() string { return strconv.FormatInt(s.tick().UnixMilli(), 10) }
