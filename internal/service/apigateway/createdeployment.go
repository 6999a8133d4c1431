package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateDeployment keeps the API as it stands, and lets a stage stand on it
// where one is named. The stage is made if there is none of the name.
func (s *Service) CreateDeployment(ctx context.Context, call *api.Call, in *agw.CreateDeploymentRequest) (*agw.Deployment, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "deployments"); err != nil {
		return nil, err
	}
	if err := validateCreateDeployment(in); err != nil {
		return nil, err
	}
	d := &deployment{Form: form, ID: newID(s.clock, deploymentIDLength), Description: in.Description, Created: s.now()}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, a *restAPI) error {
		if err := d.keepPrivate(&a.API); err != nil {
			return err
		}
		d.DisableExecuteApiEndpoint = deref(a.API.DisableExecuteApiEndpoint)
		d.BinaryMediaTypes, d.Policy = a.API.BinaryMediaTypes, policyDocument(&a.API)
		d.APIKeySource, d.MinimumCompressionSize = a.API.ApiKeySource, a.API.MinimumCompressionSize
		if err := snapshot(tx, in.RestApiId, d); err != nil {
			return err
		}
		if deref(in.StageName) == "" {
			return checkCanaryDeployment(in, nil)
		}
		return s.deployTo(tx, a, in, d)
	})
	if err != nil {
		return nil, err
	}
	return new(d.shape()), nil
}

// snapshot writes a deployment and copies of all resources and parts.
func snapshot(tx kv.Tx, apiID string, d *deployment) error {
	t, err := loadTree(tx, resourcePrefix(apiID))
	if err != nil {
		return err
	}
	if err := checkDeployable(t); err != nil {
		return err
	}
	for _, r := range t {
		if err := save(tx, snapshotKey(apiID, d.ID, r.ID), r); err != nil {
			return err
		}
	}
	for _, p := range parts {
		if err := copyAll(tx, p.prefix(apiID), p.deployed(apiID, d.ID)); err != nil {
			return err
		}
	}
	return save(tx, deploymentKey(apiID, d.ID), d)
}

// deployTo lets the stage of the request stand on d.
func (s *Service) deployTo(tx kv.Tx, a *restAPI, in *agw.CreateDeploymentRequest, d *deployment) error {
	key := stageKey(in.RestApiId, *in.StageName)
	st, err := load[stage](tx, key)
	if orElse(err, nil) != nil {
		return err
	}
	if err := checkCanaryDeployment(in, st); err != nil {
		return err
	}
	if st == nil {
		st = s.newStage(a, *in.StageName)
	}
	if in.CanarySettings != nil {
		deployCanary(&st.Stage, d.ID, in.CanarySettings)
	} else {
		st.Stage.DeploymentId = new(d.ID)
	}
	st.Stage.LastUpdatedDate = new(s.now())
	enabled := deref(st.Stage.CacheClusterEnabled)
	if in.CacheClusterEnabled != nil {
		enabled = *in.CacheClusterEnabled
	}
	if err := st.setCluster(enabled, in.CacheClusterSize); err != nil {
		return err
	}
	if in.TracingEnabled != nil {
		st.Stage.TracingEnabled = in.TracingEnabled
	}
	if in.StageDescription != nil {
		st.Stage.Description = in.StageDescription
	}
	for name, value := range in.Variables {
		setVariable(&st.Stage, name, value)
	}
	return save(tx, key, st)
}

func validateCreateDeployment(in *agw.CreateDeploymentRequest) error {
	if name := deref(in.StageName); name != "" {
		if err := checkStageName(name); err != nil {
			return err
		}
	}
	if c := in.CanarySettings; c != nil {
		if err := checkCanaryValues(c.PercentTraffic, c.StageVariableOverrides); err != nil {
			return err
		}
	}
	return checkVariables(in.Variables)
}
