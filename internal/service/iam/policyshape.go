package iam

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strconv"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/service/iam/managed"
	"cloudless/internal/storage/kv"
)

// managedPolicy is a policy of the account or one of AWS's: one of the two.
type managedPolicy struct {
	own *policy
	aws *managed.Policy
}

func (m managedPolicy) arn() string {
	if m.own != nil {
		return m.own.arn()
	}
	return m.aws.ARN()
}

func (m managedPolicy) path() string {
	if m.own != nil {
		return m.own.Path
	}
	return m.aws.Path
}

// sortKey puts the policies of the account before AWS's.
func (m managedPolicy) sortKey() string {
	if m.own != nil {
		return "1" + lower(m.own.Name)
	}
	return "2" + m.aws.Name
}

// permittedPolicy finds a managed policy and asks whether the caller may do
// action to it, as permitted does for entities.
func (s *Service) permittedPolicy(ctx context.Context, call *api.Call, action, arn string, facts ...api.Fact) (managedPolicy, error) {
	n, err := parsePolicyName(arn)
	if err != nil {
		return managedPolicy{}, err
	}
	m, err := s.lookup(ctx, call.Account, n)
	if err != nil && !isNoSuchEntity(err) {
		return managedPolicy{}, err
	}
	if m.own != nil {
		for _, t := range m.own.Tags {
			facts = append(facts, api.Given("aws:ResourceTag/"+t.Key, t.Value), api.Given("iam:ResourceTag/"+t.Key, t.Value))
		}
	}
	if denied := s.authz.Authorize(ctx, call, action, arn, facts...); denied != nil {
		return managedPolicy{}, denied
	}
	return m, err
}

// permittedOwn is permittedPolicy for what is done to policies of the account
// alone. AWS lets nobody change its own.
func (s *Service) permittedOwn(ctx context.Context, call *api.Call, action, arn string, facts ...api.Fact) (*policy, error) {
	m, err := s.permittedPolicy(ctx, call, action, arn, facts...)
	if err != nil {
		return nil, err
	}
	if m.own == nil {
		return nil, awserr.AccessDenied(fmt.Sprintf("User: %s is not authorized to perform: %s on resource: policy %s",
			call.Principal.ARN, action, arn))
	}
	return m.own, nil
}

func (s *Service) lookup(ctx context.Context, account string, n policyName) (m managedPolicy, err error) {
	if n.byAWS() {
		if m.aws, err = s.managed.Lookup(n.arn); err == nil && m.aws == nil {
			err = notFound(n.arn)
		}
		return m, err
	}
	m.own, err = view(ctx, s, func(r kv.Reader) (*policy, error) { return findPolicy(r, account, n) })
	if errors.Is(err, kv.ErrNotFound) {
		err = notFound(n.arn)
	}
	return m, err
}

// counted is a managed policy as the API shows it to an account.
func (m managedPolicy) counted(r kv.Reader, account string) (shape iamapi.Policy, err error) {
	attachments, err := uses(r, account, m.arn(), usagePermissions)
	if err != nil {
		return shape, err
	}
	boundaries, err := uses(r, account, m.arn(), usageBoundary)
	if err != nil {
		return shape, err
	}
	if m.own != nil {
		return m.own.shape(attachments, boundaries), nil
	}
	return iamapi.Policy{
		Arn: new(m.aws.ARN()), AttachmentCount: &attachments, CreateDate: &m.aws.Created, DefaultVersionId: &m.aws.DefaultVersion,
		IsAttachable: new(true), Path: &m.aws.Path, PermissionsBoundaryUsageCount: &boundaries,
		PolicyId: new(awsPolicyID(m.aws.ARN())), PolicyName: &m.aws.Name, UpdateDate: &m.aws.Updated,
	}, nil
}

// shape is a policy of the account as all answers show it.
func (p *policy) shape(attachments, boundaries int64) iamapi.Policy {
	return iamapi.Policy{
		Arn: new(p.arn()), AttachmentCount: &attachments, CreateDate: &p.Created, DefaultVersionId: &p.Default,
		IsAttachable: new(true), Path: &p.Path, PermissionsBoundaryUsageCount: &boundaries,
		PolicyId: &p.ID, PolicyName: &p.Name, UpdateDate: &p.Updated,
	}
}

// shape is a version as the API shows it, without its document.
func (v version) shape(p *policy) iamapi.PolicyVersion {
	return iamapi.PolicyVersion{CreateDate: &v.Created, IsDefaultVersion: new(v.ID == p.Default), VersionId: new(v.ID)}
}

// number returns 3 for "v3".
func (v version) number() int {
	n, _ := strconv.Atoi(v.ID[1:]) // our own ids are a v and a number
	return n
}

// awsPolicyID returns an id for a policy of AWS's. AWS does not publish the
// real ones with the documents; this one has their form and is always the same.
func awsPolicyID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return policyIDPrefix + base32.StdEncoding.EncodeToString(sum[:11])[:17]
}
