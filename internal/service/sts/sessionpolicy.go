package sts

import (
	"context"
	"errors"
	"fmt"

	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
)

// bounds are the policies that bind a session beside those of its principal.
type bounds struct {
	policy string   // a document, or ""
	arns   []string // of managed policies
}

const (
	maxSessionPolicyARNs = 10
	maxPackedChars       = 2048 // of the document and the ARNs together
)

// newBounds reads the session policies of a request, for a session in that
// account.
func (s *Service) newBounds(ctx context.Context, account string, policy *string, arns []stsapi.PolicyDescriptorType) (b bounds, err error) {
	if policy != nil {
		if err := s.documents.Check(*policy); err != nil {
			if refusal, ok := errors.AsType[*awserr.Error](err); ok {
				return b, refusal
			}
			return b, stsapi.MalformedPolicyDocumentException(err.Error())
		}
		b.policy = *policy
	}
	if len(arns) > maxSessionPolicyARNs {
		return b, awserr.Validation(fmt.Sprintf(
			"1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxSessionPolicyARNs))
	}
	for _, p := range arns {
		if p.Arn == nil {
			return b, awserr.Validation("A session policy has no ARN.")
		}
		if _, err := s.policies.PolicyDocument(ctx, account, *p.Arn); isNoSuchEntity(err) {
			return b, awserr.Validation(fmt.Sprintf("Policy %s does not exist or is not attachable.", *p.Arn))
		} else if err != nil {
			return b, err
		}
		b.arns = append(b.arns, *p.Arn)
	}
	if percent := b.packedPercent(); percent != nil && *percent > 100 {
		return b, stsapi.PackedPolicyTooLargeException(fmt.Sprintf(
			"Packed policy consumes %d%% of allotted space, please use smaller policy.", *percent))
	}
	return b, nil
}

// packedPercent tells how much of the room for session policies is taken, or
// nil if there are none.
func (b bounds) packedPercent() *int64 {
	chars := len(b.policy)
	for _, arn := range b.arns {
		chars += len(arn)
	}
	if chars == 0 {
		return nil
	}
	return new(int64((100*chars + maxPackedChars - 1) / maxPackedChars))
}
