package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateStage changes a stage by patch operations. The next call of the stage
// sees what was changed.
func (s *Service) UpdateStage(ctx context.Context, call *api.Call, in *agw.UpdateStageRequest) (*agw.Stage, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "stages", in.StageName); err != nil {
		return nil, err
	}
	var out agw.Stage
	err := s.changeStage(ctx, call, in.RestApiId, in.StageName, func(tx kv.Tx, st *stage) error {
		for _, o := range in.PatchOperations {
			done, err := promote(&st.Stage, o)
			if !done {
				done, err = patchCluster(st, o)
			}
			if !done {
				done, err = patchMethodSetting(&st.Stage, o)
			}
			if !done && err == nil {
				err = patch(&st.Stage, []agw.PatchOperation{o}, stageRules, refuseStagePatch)
			}
			if err != nil {
				return err
			}
		}
		if _, err := findDeployment(tx, call, in.RestApiId, deref(st.Stage.DeploymentId)); err != nil {
			return orElse(hideNotFound(err), agw.BadRequestException("Deployment id does not exist"))
		}
		if err := checkCanary(tx, call, in.RestApiId, &st.Stage); err != nil {
			return err
		}
		if id := deref(st.Stage.ClientCertificateId); id != "" {
			if _, err := clientCertificates.find(tx, call, id); err != nil {
				return err
			}
		}
		if err := checkDocumentationVersion(tx, in.RestApiId, &st.Stage); err != nil {
			return err
		}
		if err := checkAccessLog(st.Stage.AccessLogSettings); err != nil {
			return err
		}
		if err := s.checkLogging(tx, call, in.PatchOperations); err != nil {
			return err
		}
		st.Stage.LastUpdatedDate = new(s.now())
		out = st.Stage
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// checkLogging refuses to log for an account that has no role for it.
func (s *Service) checkLogging(r kv.Reader, call *api.Call, ops []agw.PatchOperation) error {
	wanted := slices.ContainsFunc(ops, func(o agw.PatchOperation) bool {
		level := strings.HasSuffix(deref(o.Path), "/logging/loglevel") && deref(o.Value) != "OFF"
		return o.Op != "remove" && (level || strings.HasPrefix(deref(o.Path), "/accessLogSettings/"))
	})
	if !wanted {
		return nil
	}
	a, err := findAccount(r, call)
	if err == nil && a.CloudwatchRoleArn == nil {
		return agw.BadRequestException("CloudWatch Logs role ARN must be set in account settings to enable logging")
	}
	return err
}

var stageRules = slices.Concat(canaryRules, []rule[agw.Stage]{
	{"/deploymentId", replaceOnly, text(func(st *agw.Stage) **string { return &st.DeploymentId })},
	{"/description", allOps, text(func(st *agw.Stage) **string { return &st.Description })},
	{"/variables/*", allOps, patchVariable},
	{"/tracingEnabled", replaceOnly, func(st *agw.Stage, p patchOp) error {
		st.TracingEnabled = new(p.text() == "true")
		return nil
	}},
	{"/clientCertificateId", replaceOnly, func(st *agw.Stage, p patchOp) error {
		st.ClientCertificateId = p.value
		if p.text() == "" {
			st.ClientCertificateId = nil
		}
		return nil
	}},
	{"/documentationVersion", allOps, text(func(st *agw.Stage) **string { return &st.DocumentationVersion })},
	{"/accessLogSettings", []string{"remove"}, func(st *agw.Stage, _ patchOp) error {
		st.AccessLogSettings = nil
		return nil
	}},
	{"/accessLogSettings/destinationArn", addReplace, patchLogDestination},
	{"/accessLogSettings/format", addReplace, func(st *agw.Stage, p patchOp) error {
		accessLogOf(st).Format = p.value
		return nil
	}},
})

// patchVariable sets a stage variable, whether or not there is one of the
// name, or takes it away.
func patchVariable(st *agw.Stage, p patchOp) error {
	if p.op == "remove" {
		delete(st.Variables, p.key)
		return nil
	}
	if err := checkVariable(p.key, p.text()); err != nil {
		return err
	}
	setVariable(st, p.key, p.text())
	return nil
}

// methodSettings are the last two segments of the paths that set something for
// the methods of a stage.
var methodSettings = []string{
	"metrics/enabled", "logging/dataTrace", "logging/loglevel", "throttling/burstLimit", "throttling/rateLimit",
	"caching/ttlInSeconds", "caching/enabled", "caching/dataEncrypted", "caching/requireAuthorizationForCacheControl",
	"caching/unauthorizedCacheControlHeaderStrategy",
}

// stagePaths is the list that AWS gives, to the letter.
const stagePaths = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, " +
	"/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, " +
	"/{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, " +
	"/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit" +
	"/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, " +
	"/{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, " +
	"/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, " +
	"/*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, " +
	"/*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, " +
	"/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled"

// refuseStagePatch refuses in the words that AWS has for stages, where all
// that is unknown is taken for a setting of a method.
func refuseStagePatch(op, path string, rules []patchable) error {
	known := slices.ContainsFunc(rules, func(r patchable) bool { return r.matches })
	switch {
	case op == "remove":
		return agw.BadRequestException("Cannot remove method setting " + strings.TrimPrefix(path, "/") + " because there is no method setting for this method ")
	case op == "add" && known:
		return agw.BadRequestException("Invalid add operation with path: " + path)
	}
	return agw.BadRequestException("Invalid method setting path: " + path + ". Must be one of: [" + stagePaths + "]")
}
