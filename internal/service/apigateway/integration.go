package apigateway

import (
	"context"
	"net/url"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// How long an integration may take, in milliseconds.
const (
	defaultTimeoutInMillis = 29_000
	minTimeoutInMillis     = 50
	maxTimeoutInMillis     = 29_000
)

func noSuchIntegration() error {
	return agw.NotFoundException("Invalid Integration identifier specified")
}

// findIntegration reads the integration of a method of the caller.
func findIntegration(r kv.Reader, call *api.Call, apiID, resourceID, httpMethod string) (*agw.Integration, error) {
	m, err := findMethod(r, call, apiID, resourceID, httpMethod)
	if err != nil {
		return nil, err
	}
	return integrationOf(m)
}

func integrationOf(m *agw.Method) (*agw.Integration, error) {
	if m.MethodIntegration == nil {
		return nil, noSuchIntegration()
	}
	return m.MethodIntegration, nil
}

// changeIntegration changes the integration of a method. An unknown method has
// no integration, and AWS says no more than that.
func (s *Service) changeIntegration(ctx context.Context, call *api.Call, apiID, resourceID, httpMethod string, change func(m *agw.Method, i *agw.Integration) error) error {
	return s.changeResource(ctx, call, apiID, resourceID, func(_ kv.Tx, r *resource) error {
		m := r.Methods[httpMethod]
		if m == nil || m.MethodIntegration == nil {
			return noSuchIntegration()
		}
		return change(m, m.MethodIntegration)
	})
}

// checkIntegration refuses an integration of m that AWS refuses, and one that
// could not be served as it says.
func (s *Service) checkIntegration(m *agw.Method, i *agw.Integration) error {
	if i.Type != "MOCK" && deref(i.HttpMethod) == "" {
		return agw.BadRequestException("Enumeration value for HttpMethod must be non-empty")
	}
	if err := checkIntegrationOptions(i); err != nil {
		return err
	}
	if err := checkContentHandling(i.ContentHandling); err != nil {
		return err
	}
	if err := checkProxyContent(i); err != nil {
		return err
	}
	if t := *i.TimeoutInMillis; t < minTimeoutInMillis || t > maxTimeoutInMillis {
		return agw.BadRequestException("Timeout should be between 50 ms and 29000 ms")
	}
	if err := checkTemplates(i.RequestTemplates); err != nil {
		return err
	}
	if err := checkRequestParameters(m, i); err != nil {
		return err
	}
	if err := checkCacheKeys(m, i); err != nil {
		return err
	}
	switch i.Type {
	case "HTTP", "HTTP_PROXY":
		return checkHTTPTarget(deref(i.Uri))
	case "AWS", "AWS_PROXY":
		return s.checkAWSTarget(i)
	}
	return nil
}

// checkIntegrationOptions refuses what is not built.
func checkIntegrationOptions(i *agw.Integration) error {
	for _, option := range []struct {
		asked bool
		name  string
	}{
		{i.ConnectionType == "VPC_LINK", "connectionType VPC_LINK"},
		{i.ConnectionId != nil && *i.ConnectionId != "", "connectionId parameter"},
		{deref(i.Credentials) != "" && !strings.HasPrefix(i.Type, "AWS"), "credentials parameter"},
		{skipsVerification(i) && !strings.HasPrefix(i.Type, "HTTP"), "tlsConfig parameter"},
		{i.ResponseTransferMode != "" && i.ResponseTransferMode != "BUFFERED", "responseTransferMode " + i.ResponseTransferMode},
		{i.IntegrationTarget != nil, "integrationTarget parameter"},
	} {
		if option.asked {
			return awserr.Unsupported("the " + option.name + " of an integration")
		}
	}
	switch deref(i.PassthroughBehavior) {
	case "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER":
		return nil
	}
	return agw.BadRequestException("Invalid passthrough behavior specified. Valid options are WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER")
}

// skipsVerification reports whether the certificate of a backend may be of an
// authority that nobody knows.
func skipsVerification(i *agw.Integration) bool {
	return i.TlsConfig != nil && deref(i.TlsConfig.InsecureSkipVerification)
}

// checkHTTPTarget refuses URIs that lead nowhere. Parts of one may be stage
// variables, so all that is sure is its beginning.
func checkHTTPTarget(uri string) error {
	if strings.HasPrefix(uri, "${stageVariables.") {
		return nil
	}
	for _, scheme := range []string{"http://", "https://"} {
		if host, found := strings.CutPrefix(uri, scheme); found && host != "" && host[0] != '/' {
			return nil
		}
	}
	return agw.BadRequestException("Invalid HTTP endpoint specified for URI")
}

// checkAWSTarget refuses URIs that name no action of a service, and those of
// services that cannot be called yet.
func (s *Service) checkAWSTarget(i *agw.Integration) error {
	target, err := parseAWSTarget(deref(i.Uri))
	if err != nil {
		return err
	}
	credentials := deref(i.Credentials)
	if credentials != "" && !strings.HasPrefix(credentials, "arn:") && !strings.Contains(credentials, "${stageVariables.") {
		return agw.BadRequestException("Invalid ARN specified in the request")
	}
	if isFunction(target) {
		return nil
	}
	if i.Type == "AWS_PROXY" && target.service != "firehose" {
		return onlyFunctions()
	}
	here, byAction := s.services.Serves(target.service)
	switch {
	case i.Type == "AWS_PROXY" || !here:
		return awserr.Unsupported("the AWS service " + target.service + " as an integration")
	case !target.byPath && !byAction:
		return awserr.Unsupported("the actions of the AWS service " + target.service + " as integrations, other than by their paths,")
	case credentials == "":
		return agw.BadRequestException("Role ARN must be specified for AWS integrations")
	}
	return nil
}

// isLambdaTarget reports whether the URI of an integration is that of a
// function. Stage variables in it stand for themselves.
func isLambdaTarget(uri string) bool {
	target, err := parseAWSTarget(uri)
	return err == nil && isFunction(target)
}

func onlyFunctions() error {
	return agw.BadRequestException("Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.")
}

// awsTarget is the URI of an AWS integration, taken apart:
// arn:aws:apigateway:{region}:{service}:{path|action}/{rest}.
type awsTarget struct {
	region    string
	service   string // "lambda"
	subdomain string // before the service, such as a bucket; "" for none
	byPath    bool   // "path", not "action"
	rest      string
}

func parseAWSTarget(uri string) (awsTarget, error) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "apigateway" {
		// An ARN that is of another service is one, but leads nowhere.
		if len(parts) == 6 && parts[0] == "arn" {
			return awsTarget{}, agw.BadRequestException("AWS ARN for integration must contain path or action")
		}
		return awsTarget{}, agw.BadRequestException("Invalid ARN specified in the request")
	}
	how, rest, found := strings.Cut(parts[5], "/")
	if !found || how != "path" && how != "action" {
		return awsTarget{}, agw.BadRequestException("AWS ARN for integration must contain path or action")
	}
	service, subdomain := parts[4], ""
	if dot := strings.LastIndexByte(service, '.'); dot >= 0 {
		subdomain, service = service[:dot], service[dot+1:]
	}
	return awsTarget{region: parts[3], service: service, subdomain: subdomain, byPath: how == "path", rest: rest}, nil
}

// function returns the ARN of the function that the target invokes. Stage
// variables in it stand for themselves.
func (t awsTarget) function() (string, bool) {
	rest, found := strings.CutPrefix(t.rest, "2015-03-31/functions/")
	arn, whole := strings.CutSuffix(strings.TrimSuffix(rest, "/"), "/invocations")
	if !found || !whole || !t.byPath {
		return "", false
	}
	if unescaped, err := url.PathUnescape(arn); err == nil {
		arn = unescaped
	}
	if strings.HasPrefix(arn, "${stageVariables.") {
		return arn, true
	}
	parts := strings.SplitN(arn, ":", 7)
	return arn, len(parts) == 7 && parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function"
}
