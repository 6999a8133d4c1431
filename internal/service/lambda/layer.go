package lambda

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// maxLayers is how many layers a function may have.
const maxLayers = 5

// layer is what the versions of a layer have in common.
type layer struct {
	FormatVersion int   `json:"v"`
	Last          int64 `json:"last"` // the highest number that was given; none is given twice
}

// layerVersion is a package that functions may have beside their own. It never
// changes, but for its policy.
type layerVersion struct {
	FormatVersion int      `json:"v"`
	Account       string   `json:"account"`
	Region        string   `json:"region"`
	Name          string   `json:"name"`
	Number        int64    `json:"number"`
	Created       string   `json:"created"`
	Description   string   `json:"description"`
	LicenseInfo   *string  `json:"license,omitempty"`
	Runtimes      []string `json:"runtimes,omitempty"`
	Architectures []string `json:"architectures,omitempty"`
	Code          code     `json:"code"`
	Policy        policy   `json:"policy"`
}

func (v *layerVersion) named() layerName { return layerName{v.Account, v.Region, v.Name} }

func (v *layerVersion) arn() string { return v.named().version(v.Number) }

func (v *layerVersion) key() []byte {
	return layerVersionKey(v.Account, v.Region, v.Name, v.Number)
}

// fits tells whether the version is for a runtime and an architecture; "" is
// any, and a version that names none is for none in particular.
func (v *layerVersion) fits(runtime, architecture string) bool {
	return (runtime == "" || slices.Contains(v.Runtimes, runtime)) &&
		(architecture == "" || slices.Contains(v.Architectures, architecture))
}

// entry returns the version as lists show it.
func (v *layerVersion) entry() lambdaapi.LayerVersionsListItem {
	return lambdaapi.LayerVersionsListItem{
		LayerVersionArn: new(v.arn()), Version: new(v.Number), Description: new(v.Description), CreatedDate: new(v.Created),
		CompatibleRuntimes: v.Runtimes, CompatibleArchitectures: v.Architectures, LicenseInfo: v.LicenseInfo,
	}
}

// describe returns the version with an address for its package.
func (s *Service) describeLayer(call *api.Call, v *layerVersion) *lambdaapi.GetLayerVersionResponse {
	return &lambdaapi.GetLayerVersionResponse{
		Content: &lambdaapi.LayerVersionContentOutput{
			Location: new(s.codeLocation(call.BaseURL, v.Code)), CodeSha256: new(v.Code.SHA256), CodeSize: new(v.Code.Size),
		},
		LayerArn: new(v.named().arn()), LayerVersionArn: new(v.arn()), Version: new(v.Number),
		Description: new(v.Description), CreatedDate: new(v.Created), LicenseInfo: v.LicenseInfo,
		CompatibleRuntimes: append([]string{}, v.Runtimes...), CompatibleArchitectures: append([]string{}, v.Architectures...),
	}
}

// layerName is a layer as a request names it.
type layerName struct{ account, region, layer string }

func (n layerName) arn() string {
	return "arn:aws:lambda:" + n.region + ":" + n.account + ":layer:" + n.layer
}

func (n layerName) version(number int64) string {
	return n.arn() + ":" + strconv.FormatInt(number, 10)
}

func (n layerName) key() []byte { return layerKey(n.account, n.region, n.layer) }

// layerForms are those of a layer's ARN, with a version or without.
var layerForms = regexp.MustCompile(`^arn:[a-zA-Z0-9-]+:lambda:([a-zA-Z0-9-]+):(\d{12}):layer:([a-zA-Z0-9_-]+)(?::(\d+))?$`)

// parseLayer reads the name of a layer or its ARN, and the number of the
// version if the ARN has one.
func parseLayer(call *api.Call, text string) (n layerName, number int64) {
	parts := layerForms.FindStringSubmatch(text)
	if parts == nil {
		return layerName{call.Account, call.Region, text}, 0
	}
	number, err := strconv.ParseInt(parts[4], 10, 64)
	if err != nil {
		number = 0 // which no version has
	}
	return layerName{parts[2], parts[1], parts[3]}, number
}

// noSuchLayer is the refusal of operations on the policy of a version.
func noSuchLayer(arn string) error {
	return lambdaapi.ResourceNotFoundException("Layer version " + arn + " does not exist.")
}

func readLayer(r kv.Reader, n layerName, number int64, absent error) (*layerVersion, error) {
	v := &layerVersion{}
	return v, readRecord(r, layerVersionKey(n.account, n.region, n.layer, number), v, absent)
}

// layer returns a version that the caller may have: by own rights, or by the
// policy of the version.
func (s *Service) layer(ctx context.Context, call *api.Call, n layerName, number int64, absent error) (*layerVersion, error) {
	var v *layerVersion
	err := s.store.View(ctx, func(r kv.Reader) error {
		var err error
		v, err = readLayer(r, n, number, absent)
		return err
	})
	var facts []api.Fact
	if err == nil && v.Policy.document() != "" {
		facts = append(facts, api.WithResourcePolicy(v.Policy.document()))
	}
	if denied := s.authz.Authorize(ctx, call, "lambda:GetLayerVersion", n.version(number), facts...); denied != nil {
		return nil, denied
	}
	return v, err
}

// checkLayerNumber refuses a number that no version can have.
func checkLayerNumber(number int64) error {
	if number < 1 {
		return lambdaapi.InvalidParameterValueException("Layer Version Cannot be less than 1")
	}
	return nil
}

// layerRef is a layer of a function. The function keeps it when the version
// is deleted.
type layerRef struct {
	ARN  string `json:"arn"`
	Code code   `json:"code"`
}

// layersOf returns the layers that a request names, in their order. nil is
// what was never given.
func (s *Service) layersOf(ctx context.Context, call *api.Call, arns []string) ([]layerRef, error) {
	if len(arns) > maxLayers {
		return nil, lambdaapi.InvalidParameterValueException(fmt.Sprintf("Cannot reference more than %d layers.", maxLayers))
	}
	var refs []layerRef
	seen := map[layerName]string{}
	for _, arn := range arns {
		n, number := parseLayer(call, arn)
		if n.region != call.Region {
			return nil, lambdaapi.InvalidParameterValueException("Layers are not in the same region as the function. " +
				"Layers are expected to be in region " + call.Region + ".")
		}
		if other, ok := seen[n]; ok {
			return nil, lambdaapi.InvalidParameterValueException("Two different versions of the same layer are not allowed to be referenced in the same function. " +
				other + " and " + arn + " versions are the same layer.")
		}
		seen[n] = arn
		v, err := s.layer(ctx, call, n, number, lambdaapi.InvalidParameterValueException("Layer version "+arn+" does not exist."))
		if err != nil {
			return nil, err
		}
		refs = append(refs, layerRef{ARN: v.arn(), Code: v.Code})
	}
	return refs, nil
}

// checkUnzipped refuses a function whose package and layers together unpack to
// more than the quota.
func (b *build) checkUnzipped() error {
	var layers int64
	for _, l := range b.Layers {
		layers += l.Code.Unzipped
	}
	switch all := layers + b.Code.Unzipped; {
	case layers > maxUnzippedBytes:
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("Layers consume more than the available size of %d bytes", maxUnzippedBytes))
	case all > maxUnzippedBytes:
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf(
			"Function code combined with layers exceeds the maximum allowed size of %d bytes. The actual size is %d bytes.", maxUnzippedBytes, all))
	}
	return nil
}

// changeLayerPolicy changes the policy of a version to a new revision.
func (s *Service) changeLayerPolicy(ctx context.Context, n layerName, number int64, given *string, alter func(*policy) error) (revision string, err error) {
	key := layerVersionKey(n.account, n.region, n.layer, number)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		v, err := readLayer(tx, n, number, noSuchLayer(n.version(number)))
		if err != nil {
			return err
		}
		if err := checkPolicyRevision(v.Policy.RevisionID, given, "GetLayerPolicy"); err != nil {
			return err
		}
		if err := alter(&v.Policy); err != nil {
			return err
		}
		v.Policy.RevisionID = s.newID()
		revision = v.Policy.RevisionID
		return writeRecord(tx, key, v)
	})
	return revision, err
}

// ownLayer returns the name of a layer that an operation of its owner is about.
func (s *Service) ownLayer(ctx context.Context, call *api.Call, action, text string, number int64) (layerName, error) {
	n, _ := parseLayer(call, text)
	resource := n.arn()
	if number != 0 {
		resource = n.version(number)
	}
	if err := s.authz.Authorize(ctx, call, "lambda:"+action, resource); err != nil {
		return n, err
	}
	if n.region != call.Region {
		return n, awserr.AccessDenied("Layers of the region " + n.region + " are not reachable in this region (" + call.Region + ")")
	}
	return n, nil
}

// layerPrincipal is the principal of a statement, as AWS writes it.
func layerPrincipal(given string) any {
	switch {
	case given == "*":
		return "*"
	case isAccount(given):
		return map[string]string{"AWS": "arn:aws:iam::" + given + ":root"}
	}
	return map[string]string{"AWS": given}
}
