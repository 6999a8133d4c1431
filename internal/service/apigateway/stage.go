package apigateway

import (
	"context"
	"regexp"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// stage is a name under which a deployment is called. Account and Region are
// those of the API, so that a call of the stage needs to read no more.
type stage struct {
	Form    int
	Account string
	Region  string
	Flushed int `json:",omitempty"` // how often what authorizers said was forgotten
	Stage   agw.Stage

	// CacheLife counts how often the cache of the stage began empty.
	CacheLife int `json:",omitempty"`
}

// newStage returns a stage that stands on nothing yet.
func (s *Service) newStage(a *restAPI, name string) *stage {
	now := s.now()
	return &stage{Form: form, Account: a.Account, Region: a.Region, Stage: agw.Stage{
		CacheClusterEnabled: new(false),
		CacheClusterStatus:  "NOT_AVAILABLE",
		CreatedDate:         new(now),
		LastUpdatedDate:     new(now),
		MethodSettings:      map[string]agw.MethodSetting{},
		StageName:           new(name),
		TracingEnabled:      new(false),
	}}
}

func setVariable(st *agw.Stage, name, value string) {
	if st.Variables == nil {
		st.Variables = map[string]string{}
	}
	st.Variables[name] = value
}

func noSuchStage() error {
	return agw.NotFoundException("Invalid stage identifier specified")
}

// findStage reads a stage of the caller.
func findStage(r kv.Reader, call *api.Call, apiID, name string) (*stage, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	st, err := load[stage](r, stageKey(apiID, name))
	if err != nil {
		return nil, orElse(err, noSuchStage())
	}
	return st, nil
}

// changeStage changes one stage, with the deployments held still.
func (s *Service) changeStage(ctx context.Context, call *api.Call, apiID, name string, change func(tx kv.Tx, st *stage) error) error {
	return s.changeAPI(ctx, call, apiID, func(tx kv.Tx, _ *restAPI) error {
		st, err := findStage(tx, call, apiID, name)
		if err != nil {
			return err
		}
		if err := change(tx, st); err != nil {
			return err
		}
		return save(tx, stageKey(apiID, name), st)
	})
}

var (
	stageName     = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
	variableName  = regexp.MustCompile(`^[a-zA-Z0-9_]{1,64}$`)
	variableValue = regexp.MustCompile(`^[A-Za-z0-9 ._~:/?#&=,-]{0,512}$`)
)

func checkStageName(name string) error {
	if stageName.MatchString(name) {
		return nil
	}
	return agw.BadRequestException("Stage name only allows a-zA-Z0-9_-")
}

func checkVariables(variables map[string]string) error {
	for name, value := range variables {
		if err := checkVariable(name, value); err != nil {
			return err
		}
	}
	return nil
}

func checkVariable(name, value string) error {
	if !variableName.MatchString(name) {
		return agw.BadRequestException("Stage variable name must be alphanumeric or underscore")
	}
	if !variableValue.MatchString(value) {
		return agw.BadRequestException("Invalid stage variable value: " + value + ". Please use values with alphanumeric characters and the symbols ' ', '-', '.', '_', ':', '/', '?', '&', '=', and ','.")
	}
	return nil
}
