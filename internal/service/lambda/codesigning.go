package lambda

import (
	"context"
	"slices"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// What becomes of packages that nobody allowed has signed.
const (
	unsignedWarn    = "Warn"
	unsignedEnforce = "Enforce"
)

// signingConfig says whose signatures the packages of functions need. There is
// no AWS Signer here, so none is signed: Enforce refuses every new package.
type signingConfig struct {
	FormatVersion int      `json:"v"`
	ARN           string   `json:"arn"`
	ID            string   `json:"id"`
	Description   *string  `json:"description,omitempty"`
	Publishers    []string `json:"publishers"` // ARNs of versions of signing profiles
	Unsigned      string   `json:"unsigned"`
	Modified      string   `json:"modified"`

	Tags map[string]string `json:"tags,omitempty"`
}

func (c *signingConfig) key() []byte { return signingConfigKey(c.ARN) }

// describe returns the configuration as the API shows it.
func (c *signingConfig) describe() *lambdaapi.CodeSigningConfig {
	return &lambdaapi.CodeSigningConfig{
		CodeSigningConfigId: c.ID, CodeSigningConfigArn: c.ARN, Description: c.Description, LastModified: c.Modified,
		AllowedPublishers:   &lambdaapi.AllowedPublishers{SigningProfileVersionArns: c.Publishers},
		CodeSigningPolicies: &lambdaapi.CodeSigningPolicies{UntrustedArtifactOnDeployment: c.Unsigned},
	}
}

// apply changes what the request gives and leaves the rest as it is.
func (c *signingConfig) apply(in *lambdaapi.UpdateCodeSigningConfigRequest) {
	if in.Description != nil {
		c.Description = in.Description
	}
	if in.AllowedPublishers != nil {
		c.Publishers = in.AllowedPublishers.SigningProfileVersionArns
	}
	if in.CodeSigningPolicies != nil && in.CodeSigningPolicies.UntrustedArtifactOnDeployment != "" {
		c.Unsigned = in.CodeSigningPolicies.UntrustedArtifactOnDeployment
	}
}

func readSigningConfig(r kv.Reader, arn string) (*signingConfig, error) {
	c := &signingConfig{}
	return c, readRecord(r, signingConfigKey(arn), c, noSuchSigningConfig(arn))
}

func noSuchSigningConfig(arn string) error {
	return untyped(lambdaapi.ResourceNotFoundException("The Lambda code signing configuration " + arn + " can not be found."))
}

// signingConfigFor returns the configuration that a function is to have.
func signingConfigFor(r kv.Reader, arn string) (*signingConfig, error) {
	c := &signingConfig{}
	return c, readRecord(r, signingConfigKey(arn), c, lambdaapi.CodeSigningConfigNotFoundException(
		"The code signing configuration cannot be found. Check that the provided configuration is not deleted: "+arn+"."))
}

// newSigningID draws the id of a configuration.
func (s *Service) newSigningID() string {
	return "csc-" + s.newURLID()[:17]
}

// checkSigned refuses a new package of a function whose packages must be
// signed.
func (s *Service) checkSigned(ctx context.Context, arn string) error {
	if arn == "" {
		return nil
	}
	return s.store.View(ctx, func(r kv.Reader) error {
		c, err := signingConfigFor(r, arn)
		if err != nil || c.Unsigned != unsignedEnforce {
			return err
		}
		return lambdaapi.CodeVerificationFailedException("Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for unsigned.")
	})
}

// usersOfSigningConfig calls do with the functions that have a configuration.
func usersOfSigningConfig(r kv.Reader, account, region, arn string, do func(*function) error) error {
	return eachRecord(r, allOf("function", account, region), func(f *function) error {
		if f.SigningConfig != arn {
			return nil
		}
		return do(f)
	})
}

// signingConfigCall authorizes an operation on a configuration, with its tags.
func (s *Service) signingConfigCall(ctx context.Context, call *api.Call, action, arn string, facts ...api.Fact) error {
	err := s.store.View(ctx, func(r kv.Reader) error {
		c, err := readSigningConfig(r, arn)
		if err == nil {
			facts = slices.Concat(facts, resourceTags(c.Tags))
		}
		return err
	})
	if err != nil && awserr.Code(err) != "ResourceNotFoundException" {
		return err
	}
	return s.authz.Authorize(ctx, call, "lambda:"+action, arn, facts...)
}
