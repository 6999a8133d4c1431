package apigateway

import (
	"fmt"
	"maps"
	"strconv"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// A canary release is a second deployment under a stage, which a part of the
// calls, drawn at random, goes to. It has the stage's settings, and of the
// stage's variables those values that it does not override.

// canary is the canary release of a stage, ready to be called.
type canary struct {
	percent  float64 // of the calls, from 0 to 100
	deployed *deployed
}

// divert draws whether a call of a stage goes to its canary, and returns what
// serves it.
func (s *Service) divert(d *deployed) *deployed {
	if d.canary == nil {
		return d
	}
	var b [8]byte
	_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
	if fraction(b[:])*100 < d.canary.percent {
		return d.canary.deployed
	}
	return d
}

// logGroups are the groups that the lines of a log go to: the calls of a canary
// have one of their own beside the stage's.
func (d *deployed) logGroups(group string) []string {
	if d.isCanary {
		return []string{group, group + "/Canary"}
	}
	return []string{group}
}

// canaryOf returns the canary of a stage. A stage that has none gets one that
// stands on the stage's deployment and that no call goes to.
func canaryOf(st *agw.Stage) *agw.CanarySettings {
	if st.CanarySettings == nil {
		st.CanarySettings = &agw.CanarySettings{}
		fillCanary(st)
	}
	return st.CanarySettings
}

// fillCanary fills in what was not said of a stage's canary.
func fillCanary(st *agw.Stage) {
	c := st.CanarySettings
	if deref(c.DeploymentId) == "" {
		c.DeploymentId = st.DeploymentId
	}
	if c.PercentTraffic == nil {
		c.PercentTraffic = new(0.0)
	}
	if c.UseStageCache == nil {
		c.UseStageCache = new(false)
	}
	if len(c.StageVariableOverrides) == 0 {
		c.StageVariableOverrides = nil
	}
}

// checkCanary refuses a canary that could not be served.
func checkCanary(r kv.Reader, call *api.Call, apiID string, st *agw.Stage) error {
	c := st.CanarySettings
	if c == nil {
		return nil
	}
	if err := checkCanaryValues(c.PercentTraffic, c.StageVariableOverrides); err != nil {
		return err
	}
	if _, err := findDeployment(r, call, apiID, deref(c.DeploymentId)); err != nil {
		return orElse(hideNotFound(err), agw.BadRequestException("Deployment id does not exist"))
	}
	return nil
}

func checkCanaryValues(percent *float64, overrides map[string]string) error {
	if p := deref(percent); !(p >= 0 && p <= 100) { // what is no number is neither
		return agw.BadRequestException(fmt.Sprintf("Invalid percentTraffic specified: %v. Must be between 0.0 and 100.0", p))
	}
	return checkVariables(overrides)
}

// canaryVariables are the stage variables that a canary sees.
func canaryVariables(st *agw.Stage) map[string]string {
	out := maps.Clone(st.Variables)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, st.CanarySettings.StageVariableOverrides)
	return out
}

// checkCanaryDeployment refuses to deploy to a stage as AWS does: a canary needs a stage
// that is there, and a stage that has a canary takes canaries alone.
func checkCanaryDeployment(in *agw.CreateDeploymentRequest, st *stage) error {
	const invalid = "Invalid deployment content specified."
	name := deref(in.StageName)
	switch {
	case in.CanarySettings != nil && name == "":
		given := "null"
		if in.StageName != nil {
			given = ""
		}
		return agw.BadRequestException(invalid + "Non null and non empty stageName must be provided for canary deployment. Provided value is " + given)
	case in.CanarySettings != nil && st == nil:
		return agw.BadRequestException(invalid + "Stage " + name + " must already be created before making a canary release deployment")
	case in.CanarySettings == nil && st != nil && st.Stage.CanarySettings != nil:
		return agw.BadRequestException(invalid + "Non canary deployment not supported on stage " + name + " because Canary is enabled. Provide CanarySettings in deploymentInput.")
	}
	return nil
}

// deployCanary lets the canary of a stage stand on a deployment.
func deployCanary(st *agw.Stage, deploymentID string, c *agw.DeploymentCanarySettings) {
	st.CanarySettings = &agw.CanarySettings{DeploymentId: &deploymentID, PercentTraffic: c.PercentTraffic,
		StageVariableOverrides: c.StageVariableOverrides, UseStageCache: c.UseStageCache}
	fillCanary(st)
}

// canaryRules are the patches of a canary.
var canaryRules = []rule[agw.Stage]{
	{"/canarySettings", []string{"remove"}, func(st *agw.Stage, _ patchOp) error {
		st.CanarySettings = nil
		return nil
	}},
	{"/canarySettings/percentTraffic", replaceOnly, func(st *agw.Stage, p patchOp) error {
		percent, err := strconv.ParseFloat(p.text(), 64)
		if err != nil {
			return agw.BadRequestException("Invalid number specified: " + p.text())
		}
		canaryOf(st).PercentTraffic = &percent
		return nil
	}},
	{"/canarySettings/deploymentId", replaceOnly, func(st *agw.Stage, p patchOp) error {
		canaryOf(st).DeploymentId = p.value
		return nil
	}},
	{"/canarySettings/useStageCache", replaceOnly, func(st *agw.Stage, p patchOp) error {
		canaryOf(st).UseStageCache = new(p.text() == "true")
		return nil
	}},
	{"/canarySettings/stageVariableOverrides", []string{"remove"}, func(st *agw.Stage, p patchOp) error {
		if st.CanarySettings == nil || st.CanarySettings.StageVariableOverrides == nil {
			return refuseStagePatch(p.op, p.path, nil)
		}
		st.CanarySettings.StageVariableOverrides = nil
		return nil
	}},
	{"/canarySettings/stageVariableOverrides/*", []string{"remove", "replace"}, patchOverride},
}

// patchOverride sets the value that a stage variable has for the canary, or
// takes it away.
func patchOverride(st *agw.Stage, p patchOp) error {
	if p.op == "remove" {
		if c := st.CanarySettings; c != nil {
			delete(c.StageVariableOverrides, p.key)
			fillCanary(st)
		}
		return nil
	}
	if err := checkVariable(p.key, p.text()); err != nil {
		return err
	}
	c := canaryOf(st)
	if c.StageVariableOverrides == nil {
		c.StageVariableOverrides = map[string]string{}
	}
	c.StageVariableOverrides[p.key] = p.text()
	return nil
}

// promote gives the stage what its canary has, if the patch is a copy, and
// reports whether it is.
func promote(st *agw.Stage, o agw.PatchOperation) (bool, error) {
	if o.Op != "copy" {
		return false, nil
	}
	path, from := deref(o.Path), deref(o.From)
	deployment := path == "/deploymentId" && from == "/canarySettings/deploymentId"
	variables := path == "/variables" && from == "/canarySettings/stageVariableOverrides"
	c := st.CanarySettings
	switch {
	case !deployment && !variables:
		return true, agw.BadRequestException("Invalid copy operation with path: " + path + " and from " + from + ". Valid copy:path are [/deploymentId, /variables] and " +
			"valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]")
	case c == nil:
		return true, agw.BadRequestException("Promotion not available. Canary does not exist.")
	case deployment:
		st.DeploymentId = c.DeploymentId
		return true, nil
	}
	for name, value := range c.StageVariableOverrides {
		setVariable(st, name, value)
	}
	return true, nil
}
