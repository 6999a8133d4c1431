package apigateway

import (
	"regexp"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// account is what an account has set for its APIs in a region.
//
//	("apigateway", "account", account, region)  account
type account struct {
	Form              int
	CloudwatchRoleArn *string `json:",omitempty"`
}

func accountKey(call *api.Call) []byte {
	return keys.Encode("apigateway", "account", call.Account, call.Region)
}

// findAccount reads what an account has set, which may be nothing.
func findAccount(r kv.Reader, call *api.Call) (*account, error) {
	a, err := load[account](r, accountKey(call))
	if err != nil {
		return &account{Form: form}, orElse(err, nil)
	}
	return a, nil
}

// shape is the account as AWS shows it.
func (a *account) shape() *agw.Account {
	return &agw.Account{
		ApiKeyVersion: new("4"), CloudwatchRoleArn: a.CloudwatchRoleArn, Features: []string{"UsagePlans"},
		ThrottleSettings: &agw.ThrottleSettings{BurstLimit: new(int64(accountBurst)), RateLimit: new(float64(accountRate))},
	}
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/.+$`)

// checkAccount refuses what AWS refuses. An empty role is none.
func checkAccount(a *account) error {
	if deref(a.CloudwatchRoleArn) == "" {
		a.CloudwatchRoleArn = nil
		return nil
	}
	if !roleARN.MatchString(*a.CloudwatchRoleArn) {
		return agw.BadRequestException("Role ARN is incorrectly formatted")
	}
	return nil
}
