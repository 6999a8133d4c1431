package apigateway

import (
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// deployment is an API as it stood at one time. Its resources are copies under
// snapshotPrefix, which nobody changes.
type deployment struct {
	Form             int
	ID               string
	Description      *string `json:",omitempty"`
	Created          time.Time
	BinaryMediaTypes []string `json:",omitempty"`
	Policy           string   `json:",omitempty"` // of the API, as a document
	APIKeySource     string   `json:",omitempty"`

	MinimumCompressionSize *int64 `json:",omitempty"`

	// DisableExecuteApiEndpoint lets the API be called under custom domain names
	// alone.
	DisableExecuteApiEndpoint bool `json:",omitempty"`

	// VpcEndpointIds are those of a private API.
	VpcEndpointIds []string `json:",omitempty"`
}

func (d *deployment) shape() agw.Deployment {
	return agw.Deployment{CreatedDate: new(d.Created), Description: d.Description, Id: new(d.ID)}
}

func noSuchDeployment() error {
	return agw.NotFoundException("Invalid Deployment identifier specified")
}

// findDeployment reads a deployment of the caller.
func findDeployment(r kv.Reader, call *api.Call, apiID, id string) (*deployment, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	d, err := load[deployment](r, deploymentKey(apiID, id))
	if err != nil {
		return nil, orElse(err, noSuchDeployment())
	}
	return d, nil
}

// checkDeployable refuses to deploy what could answer nobody.
func checkDeployable(t tree) error {
	methods := 0
	for _, r := range t {
		for _, m := range r.Methods {
			methods++
			if m.MethodIntegration == nil {
				return agw.BadRequestException("No integration defined for method")
			}
		}
	}
	if methods == 0 {
		return agw.BadRequestException("The REST API doesn't contain any methods")
	}
	return nil
}

// stagesOn returns the names of the stages that stand on a deployment, or whose
// canaries do.
func stagesOn(r kv.Reader, apiID, deploymentID string) ([]string, error) {
	stages, err := loadAll[stage](r, stagePrefix(apiID))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, st := range stages {
		c := st.Stage.CanarySettings
		if *st.Stage.DeploymentId == deploymentID || c != nil && deref(c.DeploymentId) == deploymentID {
			names = append(names, *st.Stage.StageName)
		}
	}
	return names, nil
}
