package dynamodb

import (
	"fmt"
	"slices"
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/stream"
)

const (
	payPerRequest = "PAY_PER_REQUEST"
	provisioned   = "PROVISIONED"

	maxLocalIndexes   = 5
	maxGlobalIndexes  = 20
	maxIndexKeyParts  = 4 // of each role, in a global index
	maxKeyNameBytes   = 255
	maxIncludedInAll  = 100 // NonKeyAttributes of all indexes together
	minTableNameBytes = 3
)

// newRecord checks a CreateTable in AWS's order and returns the definition,
// without what the clock gives: times and identity.
func newRecord(where ref, in *ddb.CreateTableInput) (*record, error) {
	if len(where.name) < minTableNameBytes {
		return nil, awserr.Validation("1 validation error detected: Value '" + where.name + "' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3")
	}
	if err := checkRequired(in); err != nil {
		return nil, err
	}
	if err := checkBilling(in); err != nil {
		return nil, err
	}
	if err := checkStream(in.StreamSpecification); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if err := checkSupported(in); err != nil {
		return nil, err
	}
	var err error
	r := &record{
		Version: recordVersion, Account: where.account, Region: where.region, Name: where.name,
		Key: keyRecords(in.KeySchema), BillingMode: in.BillingMode,
		Throughput: throughput(in.ProvisionedThroughput, in.OnDemandThroughput, in.WarmThroughput),
		TableClass: in.TableClass, Protected: isTrue(in.DeletionProtectionEnabled),
	}
	for _, a := range in.AttributeDefinitions {
		r.Attributes = append(r.Attributes, attributeRecord{a.AttributeName, a.AttributeType})
	}
	if r.SSE, err = newSSE(where, in.SSESpecification, nil); err != nil {
		return nil, err
	}
	for _, tag := range in.Tags {
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		r.Tags[tag.Key] = tag.Value
	}
	if err := r.checkKeys(in); err != nil {
		return nil, err
	}
	if err := r.addLocalIndexes(in); err != nil {
		return nil, err
	}
	if err := r.addGlobalIndexes(in); err != nil {
		return nil, err
	}
	if spec := in.StreamSpecification; spec != nil && spec.StreamEnabled {
		r.Stream = &stream.Stream{View: spec.StreamViewType}
	}
	return r, r.checkAllUsed()
}

func checkRequired(in *ddb.CreateTableInput) error {
	const null = "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null"
	if in.AttributeDefinitions == nil {
		return awserr.Validation(fmt.Sprintf(null, "attributeDefinitions"))
	}
	if len(in.KeySchema) == 0 {
		return awserr.Validation(fmt.Sprintf(null, "keySchema"))
	}
	if len(in.KeySchema) > 2 {
		return awserr.Validation("1 validation error detected: Value '" + showKeySchema(in.KeySchema) +
			"' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2")
	}
	return nil
}

// showKeySchema writes a key schema as AWS's messages do.
func showKeySchema(key []ddb.KeySchemaElement) string {
	parts := make([]string, len(key))
	for i, k := range key {
		parts[i] = "KeySchemaElement(attributeName=" + k.AttributeName + ", keyType=" + k.KeyType + ")"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// checkSupported refuses what is not there yet, rather than ignore it.
func checkSupported(in *ddb.CreateTableInput) error {
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"GlobalTableSourceArn", in.GlobalTableSourceArn != nil},
		{"GlobalTableSettingsReplicationMode", in.GlobalTableSettingsReplicationMode != ""},
	} {
		if option.given {
			return awserr.Unsupported("the " + option.name + " of a table")
		}
	}
	return nil
}

func checkStream(spec *ddb.StreamSpecification) error {
	switch {
	case spec == nil:
		return nil
	case spec.StreamEnabled && spec.StreamViewType == "":
		return awserr.Validation(invalidValues + "Table is being created with a stream enabled, UpdateViewType is required")
	case !spec.StreamEnabled && spec.StreamViewType != "":
		return awserr.Validation(invalidValues + "Table is being created with a stream disabled, UpdateViewType should not be specified")
	}
	return nil
}

func keyRecords(key []ddb.KeySchemaElement) []keyRecord {
	records := make([]keyRecord, len(key))
	for i, k := range key {
		records[i] = keyRecord{k.AttributeName, k.KeyType}
	}
	return records
}

func namesOf(key []keyRecord) []string {
	names := make([]string, len(key))
	for i, k := range key {
		names[i] = k.Name
	}
	return names
}

func (r *record) defined() []string {
	names := make([]string, len(r.Attributes))
	for i, a := range r.Attributes {
		names[i] = a.Name
	}
	return names
}

// checkKeys checks the key of the table itself.
func (r *record) checkKeys(in *ddb.CreateTableInput) error {
	names, defined := namesOf(r.Key), r.defined()
	for i, name := range defined {
		if slices.Contains(defined[:i], name) {
			return awserr.Validation("Attribute Name is duplicated: " + name)
		}
	}
	// AWS answers so also to one attribute in both roles, when it is the only
	// one that is defined.
	once := len(names) == 2 && names[0] == names[1] && len(defined) == 1
	if !containsAll(defined, names) || once {
		if len(names) == 2 {
			return awserr.Validation("Invalid KeySchema: Some index key attribute have no definition")
		}
		return undefinedKeys(names, defined)
	}
	if err := checkRoles(r.Key); err != nil {
		return err
	}
	if in.LocalSecondaryIndexes == nil && in.GlobalSecondaryIndexes == nil && len(names) != len(defined) {
		return awserr.Validation(invalidValues + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

func undefinedKeys(names, defined []string) error {
	return awserr.Validation(invalidValues + "Some index key attributes are not defined in AttributeDefinitions. Keys: [" +
		strings.Join(names, ", ") + "], AttributeDefinitions: [" + strings.Join(defined, ", ") + "]")
}

// checkRoles refuses a key other than a hash attribute and, maybe, a range
// attribute.
func checkRoles(key []keyRecord) error {
	if err := checkKeyNames(key); err != nil {
		return err
	}
	if key[0].Role != "HASH" {
		return errFirstNotHash
	}
	if len(key) == 2 && key[1].Role != "RANGE" {
		return awserr.Validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return nil
}

var errFirstNotHash error = awserr.Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")

// checkKeyNames refuses a key that names an attribute twice, or one of too
// long a name.
func checkKeyNames(key []keyRecord) error {
	names := namesOf(key)
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			if len(names) > 2 {
				return awserr.Validation("The KeySchema contains multiple key attributes with the same name")
			}
			return awserr.Validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
		}
		if len(name) > maxKeyNameBytes {
			return awserr.Validation("1 validation error detected: Value '" + name + "' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 255")
		}
	}
	return nil
}

func containsAll(set, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(set, name) })
}
