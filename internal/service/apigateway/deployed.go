package apigateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// deployed is a stage, ready to be called.
type deployed struct {
	record       []byte // the stage's record, as it was read from the store
	apiID        string
	account      string
	region       string
	stage        string
	deploymentID string
	variables    map[string]string
	routes       *route
	byDomainOnly bool     // not to be called under the API's own host
	vpcEndpoints []string // of a private API

	binaryMediaTypes []string
	policy           string                           // of the API; "" for none
	gatewayResponses map[string]*agw.GatewayResponse  // those that the API defines, by their type
	authorizers      map[string]*readyAuthorizer      // by their ids
	validators       map[string]*agw.RequestValidator // by their ids
	models           schemas
	said             said
	apiKeySource     string
	accessLog        *agw.AccessLogSettings       // nil for none
	settings         map[string]agw.MethodSetting // see normalSettings

	canary    *canary // nil for none, and in a canary itself
	isCanary  bool
	hasCanary bool // this is a canary, or has one

	cluster *cacheCluster     // nil where nothing is cached
	shown   *shownCertificate // to backends; nil for none

	traced  bool
	tracing *sampler  // of the account; nil where calls are not traced
	series  []*series // that its calls are counted in
	pace    *pace     // of the account

	compressFrom *int64 // bytes from which on answers are compressed; nil for never
}

// maxDeployed bounds how many stages are kept ready.
const maxDeployed = 256

// deployedCache keeps stages ready between calls. What it has is used only
// while the store still has the very record that it was made from.
type deployedCache struct {
	mu     sync.Mutex
	stages map[string]*deployed // by the key of the stage's record
}

func newDeployedCache() *deployedCache {
	return &deployedCache{stages: map[string]*deployed{}}
}

func (c *deployedCache) get(key, record []byte) *deployed {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.stages[string(key)]; d != nil && bytes.Equal(d.record, record) {
		return d
	}
	return nil
}

// put keeps d. Where there is no room, any other goes: a stage that is still
// called is soon back.
func (c *deployedCache) put(key []byte, d *deployed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other := range c.stages {
		if len(c.stages) < maxDeployed {
			break
		}
		delete(c.stages, other)
	}
	c.stages[string(key)] = d
}

// drop forgets a stage.
func (c *deployedCache) drop(key []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.stages, string(key))
}

// open returns the stage of that name as it is now. The error is
// kv.ErrNotFound where there is none.
func (s *Service) open(ctx context.Context, apiID, name string) (*deployed, error) {
	key := stageKey(apiID, name)
	d, err := view(ctx, s, func(r kv.Reader) (*deployed, error) {
		record, err := r.Get(key)
		if err != nil {
			return nil, err
		}
		if d := s.deployed.get(key, record); d != nil {
			return d, nil
		}
		d, err := readDeployed(r, apiID, record)
		if err == nil {
			s.attach(d)
			s.deployed.put(key, d)
		}
		return d, err
	})
	if errors.Is(err, kv.ErrNotFound) {
		s.deployed.drop(key)
		s.caches.drop(string(key))
	}
	return d, err
}

// attach gives a stage, and its canary, what outlives it on this node.
func (s *Service) attach(d *deployed) {
	d.series = s.seriesOf(d)
	if !s.unthrottled {
		d.pace = s.paces.of(d.account, d.region)
	}
	if d.traced {
		d.tracing = s.samplers.of(d.account, d.region)
	}
	if d.canary != nil {
		s.attach(d.canary.deployed)
	}
}

// readDeployed makes a stage ready, with its canary.
func readDeployed(r kv.Reader, apiID string, record []byte) (*deployed, error) {
	st, err := decode[stage](record)
	if err != nil {
		return nil, err
	}
	d, err := readSnapshot(r, apiID, &st.Stage, *st.Stage.DeploymentId)
	if err != nil {
		return nil, err
	}
	d.record, d.account, d.region, d.cluster = record, st.Account, st.Region, st.cluster(apiID)
	if d.shown, err = readShown(r, st.Account, st.Region, deref(st.Stage.ClientCertificateId)); err != nil {
		return nil, err
	}
	if c := st.Stage.CanarySettings; c != nil {
		d.hasCanary = true
		d.canary = &canary{percent: deref(c.PercentTraffic)}
		other, err := readSnapshot(r, apiID, &st.Stage, deref(c.DeploymentId))
		if err != nil {
			return nil, err
		}
		other.account, other.region, other.shown = st.Account, st.Region, d.shown
		if deref(c.UseStageCache) {
			other.cluster = d.cluster
		}
		other.variables, other.isCanary, other.hasCanary = canaryVariables(&st.Stage), true, true
		d.canary.deployed = other
	}
	return d, nil
}

// readSnapshot reads a deployment under a stage and makes it ready.
func readSnapshot(r kv.Reader, apiID string, st *agw.Stage, deploymentID string) (*deployed, error) {
	kept, err := load[deployment](r, deploymentKey(apiID, deploymentID))
	if err != nil {
		// Not %w: the stage is there, so this is no kv.ErrNotFound to the caller.
		return nil, fmt.Errorf("read the deployment under stage %s: %v", *st.StageName, err)
	}
	t, err := loadTree(r, snapshotPrefix(apiID, deploymentID))
	if err != nil {
		return nil, err
	}
	responses, err := loadAll[gatewayResponse](r, gatewayResponses.deployed(apiID, deploymentID))
	if err != nil {
		return nil, err
	}
	asked, err := loadAll[authorizer](r, authorizers.deployed(apiID, deploymentID))
	if err != nil {
		return nil, err
	}
	checks, err := loadAll[validator](r, validators.deployed(apiID, deploymentID))
	if err != nil {
		return nil, err
	}
	texts, err := loadAll[model](r, models.deployed(apiID, deploymentID))
	if err != nil {
		return nil, err
	}
	return &deployed{
		apiID: apiID, stage: *st.StageName, deploymentID: deploymentID, variables: st.Variables, routes: newRoutes(t), byDomainOnly: kept.DisableExecuteApiEndpoint, vpcEndpoints: kept.VpcEndpointIds, compressFrom: kept.MinimumCompressionSize,
		binaryMediaTypes: kept.BinaryMediaTypes, policy: kept.Policy,
		apiKeySource: kept.APIKeySource, settings: normalSettings(st.MethodSettings), accessLog: st.AccessLogSettings, traced: deref(st.TracingEnabled),
		gatewayResponses: responsesByType(responses), authorizers: readyAuthorizers(asked), validators: validatorsByID(checks), models: schemas{apiID: apiID, texts: schemaTexts(texts)},
	}, nil
}
