package sts

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
)

// Key returns the temporary key of an id and a session token, whether or not
// it has expired. For any that is not ours it returns
// UnrecognizedClientException.
func (s *Service) Key(ctx context.Context, id, sessionToken string) (api.Key, error) {
	if !strings.HasPrefix(id, sessionKeyPrefix) {
		return api.Key{}, unrecognized()
	}
	is, err := s.sealers.open(ctx, id, sessionToken)
	if errors.Is(err, errToken) {
		return api.Key{}, unrecognized()
	}
	if err != nil {
		return api.Key{}, err
	}
	key := api.Key{
		ID: id, Secret: is.Secret, SessionToken: sessionToken, Expires: time.Unix(is.Expires, 0).UTC(),
		Principal: api.Principal{
			Type: api.PrincipalType(is.Type), Account: is.Account, ARN: is.ARN, ID: is.ID, RoleARN: is.RoleARN, AccessKeyID: id,
			SourceFunctionARN: is.SourceFunctionARN,
		},
	}
	key.Principal.SessionPolicies, err = s.sessionPolicies(ctx, is)
	return key, err
}

func unrecognized() *awserr.Error {
	return &awserr.Error{Code: awserr.CodeUnrecognizedClient, Status: http.StatusForbidden,
		Message: "The security token included in the request is invalid."}
}

// sessionPolicies returns the documents that bind a session, or nil if none
// were given for it. A managed policy that is gone allows nothing any more, so
// the result may be empty, which is not nil.
func (s *Service) sessionPolicies(ctx context.Context, is *session) ([]string, error) {
	if is.Policy == "" && len(is.PolicyARNs) == 0 {
		return nil, nil
	}
	documents := []string{}
	if is.Policy != "" {
		documents = append(documents, is.Policy)
	}
	for _, arn := range is.PolicyARNs {
		document, err := s.policies.PolicyDocument(ctx, is.Account, arn)
		if isNoSuchEntity(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read session policy %s: %w", arn, err)
		}
		documents = append(documents, document)
	}
	return documents, nil
}

func isNoSuchEntity(err error) bool { return awserr.Code(err) == "NoSuchEntity" }

// begin makes a session of that principal.
func (s *Service) begin(ctx context.Context, p api.Principal, lasts time.Duration, bound bounds) (api.Key, error) {
	id, err := newKeyID(s.clock, p.Account)
	if err != nil {
		return api.Key{}, err
	}
	secret := make([]byte, 30)
	s.clock.Read(secret)
	now := s.clock.Now().Truncate(time.Second)
	is := &session{
		Secret: base64.StdEncoding.EncodeToString(secret), Issued: now.Unix(), Expires: now.Add(lasts).Unix(),
		Type: string(p.Type), Account: p.Account, ARN: p.ARN, ID: p.ID, RoleARN: p.RoleARN,
		SourceFunctionARN: p.SourceFunctionARN, Policy: bound.policy, PolicyARNs: bound.arns,
	}
	token, err := s.sealers.seal(ctx, id, is)
	if err != nil {
		return api.Key{}, fmt.Errorf("seal a session: %w", err)
	}
	p.AccessKeyID = id
	return api.Key{ID: id, Secret: is.Secret, SessionToken: token, Expires: now.Add(lasts), Principal: p}, nil
}

// sessionOf is the principal that a role becomes in a session.
func sessionOf(r Role, name string) api.Principal {
	return api.Principal{
		Type: api.PrincipalAssumedRole, Account: r.Account,
		ARN: "arn:aws:sts::" + r.Account + ":assumed-role/" + r.Name + "/" + name,
		ID:  r.ID + ":" + name, RoleARN: r.ARN,
	}
}

// credentials is a key as the API shows it.
func credentials(k api.Key) *stsapi.Credentials {
	return &stsapi.Credentials{AccessKeyId: k.ID, SecretAccessKey: k.Secret, SessionToken: k.SessionToken, Expiration: k.Expires}
}
