package iam

import (
	"context"
	"errors"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/service/iam/managed"
	"cloudless/internal/storage/kv"
)

// GetPolicyVersion returns a version of a managed policy with its document.
func (s *Service) GetPolicyVersion(ctx context.Context, call *api.Call, in *iamapi.GetPolicyVersionRequest) (*iamapi.GetPolicyVersionResponse, error) {
	p, err := s.permittedPolicy(ctx, call, "iam:GetPolicyVersion", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var shape iamapi.PolicyVersion
	var document string
	if p.own != nil {
		shape, document, err = s.ownVersion(ctx, p.own, in.VersionId)
	} else {
		shape, document, err = s.awsVersion(p.aws, in.VersionId)
	}
	if err != nil {
		return nil, err
	}
	shape.Document = new(escape(document))
	return &iamapi.GetPolicyVersionResponse{PolicyVersion: &shape}, nil
}

func (s *Service) ownVersion(ctx context.Context, p *policy, id string) (shape iamapi.PolicyVersion, document string, err error) {
	at := p.version(id)
	if at < 0 {
		return shape, "", noSuchVersion(p.arn(), id)
	}
	b, err := view(ctx, s, func(r kv.Reader) ([]byte, error) { return r.Get(documentKey(p.Account, p.ID, id)) })
	if errors.Is(err, kv.ErrNotFound) {
		return shape, "", noSuchVersion(p.arn(), id) // deleted since the policy was read
	}
	return p.Versions[at].shape(p), string(b), err
}

func (s *Service) awsVersion(p *managed.Policy, id string) (shape iamapi.PolicyVersion, document string, err error) {
	if id != p.DefaultVersion {
		if isBefore(id, p.DefaultVersion) {
			return shape, "", awserr.Unsupported("versions of AWS's managed policies other than the default one")
		}
		return shape, "", noSuchVersion(p.ARN(), id)
	}
	document, err = s.managed.Document(p)
	return awsVersionShape(p), document, err
}

func awsVersionShape(p *managed.Policy) iamapi.PolicyVersion {
	return iamapi.PolicyVersion{CreateDate: &p.Updated, IsDefaultVersion: new(true), VersionId: &p.DefaultVersion}
}

// isBefore tells whether the version a ("v3") is older than b.
func isBefore(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func noSuchVersion(arn, id string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("Policy %s version %s does not exist or is not attachable.", arn, id))
}
