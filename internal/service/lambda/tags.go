package lambda

import (
	"context"
	"regexp"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// maxTags is how many tags a resource may have.
const maxTags = 50

// awsTag begins the keys that AWS keeps to itself, in whatever case.
const awsTag = "aws:"

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return lambdaapi.InvalidParameterValueException("Number of tags exceeds resource tag limit.")
	}
	for key := range tags {
		if len(key) >= len(awsTag) && strings.EqualFold(key[:len(awsTag)], awsTag) {
			return lambdaapi.InvalidParameterValueException("aws: prefixed tag key names are not allowed for external use.")
		}
	}
	return nil
}

// tagged is a record whose resource has tags.
type tagged interface {
	// taggedAs returns the tags, to be changed in place.
	taggedAs() map[string]string

	// retagged notes that they were changed; revision is a new one.
	retagged(revision string)
}

func (f *function) taggedAs() map[string]string      { return made(&f.Tags) }
func (m *mapping) taggedAs() map[string]string       { return made(&m.Tags) }
func (c *signingConfig) taggedAs() map[string]string { return made(&c.Tags) }

func (f *function) retagged(revision string) { f.RevisionID = revision }
func (m *mapping) retagged(string)           {}
func (c *signingConfig) retagged(string)     {}

// made returns a map, and makes it first if there is none.
func made(m *map[string]string) map[string]string {
	if *m == nil {
		*m = map[string]string{}
	}
	return *m
}

// resource is what an operation on tags is about.
type resource struct {
	key    []byte
	record func() tagged // a new one, to be read from key
	absent error
}

// read returns the record of the resource.
func (of resource) read(r kv.Reader) (tagged, error) {
	record := of.record()
	return record, readRecord(r, of.key, record, of.absent)
}

// resourceForms are the ARNs of what may have tags beside functions.
var resourceForms = regexp.MustCompile(`^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:(event-source-mapping|code-signing-config|layer|capacity-provider):(.+)$`)

// taggedResource returns the resource that an ARN names, if the caller may do so to it.
func (s *Service) taggedResource(ctx context.Context, call *api.Call, action, arn string, facts ...api.Fact) (resource, error) {
	parts := resourceForms.FindStringSubmatch(arn)
	if parts == nil {
		return s.taggedFunction(ctx, call, action, arn, facts...)
	}
	switch kind, id := parts[1], parts[2]; kind {
	case "event-source-mapping":
		m, err := s.mappingOf(ctx, call, action, id, facts...)
		absent := lambdaapi.ResourceNotFoundException("Event source mapping not found: " + call.ARN("lambda", "event-source-mapping:"+id))
		if awserr.Code(err) == "ResourceNotFoundException" {
			err = absent
		}
		if err != nil {
			return resource{}, err
		}
		return resource{m.key(), func() tagged { return &mapping{} }, absent}, nil
	case "code-signing-config":
		err := s.signingConfigCall(ctx, call, action, arn, facts...)
		return resource{signingConfigKey(arn), func() tagged { return &signingConfig{} }, noSuchSigningConfig(arn)}, err
	default: // AWS has no tags of layers yet either, though the model speaks of them
		return resource{}, awserr.Unsupported("tags of anything but functions, event source mappings and code signing configurations")
	}
}

// taggedFunction does so with a function.
func (s *Service) taggedFunction(ctx context.Context, call *api.Call, action, arn string, facts ...api.Fact) (resource, error) {
	n, err := parseName(call, arn, nil)
	if err != nil {
		return resource{}, err
	}
	if n.qualifier != "" {
		return resource{}, lambdaapi.InvalidParameterValueException("Tags on function aliases and versions are not supported. Please specify a function ARN.")
	}
	return resource{n.key(), func() tagged { return &function{} }, notFound(n.arn())}, s.authorize(ctx, call, action, n, facts...)
}

// changeTags changes the tags of a resource, and with them its revision. The
// facts are those of the request.
func (s *Service) changeTags(ctx context.Context, call *api.Call, action, arn string, facts []api.Fact, alter func(map[string]string)) error {
	of, err := s.taggedResource(ctx, call, action, arn, facts...)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{of.key}}, func(tx kv.Tx) error {
		record, err := of.read(tx)
		if err != nil {
			return err
		}
		tags := record.taggedAs()
		alter(tags)
		if err := checkTags(tags); err != nil {
			return err
		}
		record.retagged(s.newID())
		return writeRecord(tx, of.key, record)
	})
}
