package dynamodb

import (
	"fmt"
	"slices"
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

func (r *record) addLocalIndexes(in *ddb.CreateTableInput) error {
	if in.LocalSecondaryIndexes == nil {
		return nil
	}
	if len(in.LocalSecondaryIndexes) == 0 {
		return awserr.Validation(invalidValues + "List of LocalSecondaryIndexes is empty")
	}
	if len(r.Key) != 2 {
		return awserr.Validation(invalidValues + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	for _, def := range in.LocalSecondaryIndexes {
		ix := indexRecord{Name: def.IndexName, Key: keyRecords(def.KeySchema)}
		if err := r.checkIndexKey(ix); err != nil {
			return err
		}
		if len(ix.Key) > 2 {
			return awserr.Validation(invalidValues + "Index KeySchema of a LocalSecondaryIndex has more than two elements, index: " + ix.Name)
		}
		if err := checkRoles(ix.Key); err != nil {
			return err
		}
		if len(ix.Key) != 2 {
			return awserr.Validation(invalidValues + "Index KeySchema does not have a range key for index: " + ix.Name)
		}
		if hash := r.Key[0].Name; ix.Key[0].Name != hash {
			return awserr.Validation(fmt.Sprintf(invalidValues+"Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. index hash key: %s, table hash key: %s",
				ix.Name, ix.Key[0].Name, hash))
		}
		if err := r.addIndex(ix, def.Projection); err != nil {
			return err
		}
	}
	if len(in.LocalSecondaryIndexes) > maxLocalIndexes {
		return awserr.Validation(invalidValues + "Number of LocalSecondaryIndexes exceeds per-table limit of 5")
	}
	return nil
}

func (r *record) addGlobalIndexes(in *ddb.CreateTableInput) error {
	if in.GlobalSecondaryIndexes == nil {
		return nil
	}
	if len(in.GlobalSecondaryIndexes) == 0 {
		return awserr.Validation(invalidValues + "List of GlobalSecondaryIndexes is empty")
	}
	for _, def := range in.GlobalSecondaryIndexes {
		if err := r.addGlobalIndex(def); err != nil {
			return err
		}
	}
	if len(in.GlobalSecondaryIndexes) > maxGlobalIndexes {
		return awserr.Validation(invalidValues + "GlobalSecondaryIndex count exceeds the per-table limit of 20")
	}
	return nil
}

func (r *record) addGlobalIndex(def ddb.GlobalSecondaryIndex) error {
	ix := indexRecord{Name: def.IndexName, Global: true, Key: keyRecords(def.KeySchema),
		Throughput: throughput(def.ProvisionedThroughput, def.OnDemandThroughput, def.WarmThroughput)}
	if err := r.checkIndexKey(ix); err != nil {
		return err
	}
	if err := checkGlobalRoles(ix.Key); err != nil {
		return err
	}
	return r.addIndex(ix, def.Projection)
}

// checkGlobalRoles checks a key that may have several attributes of each role.
func checkGlobalRoles(key []keyRecord) error {
	if err := checkKeyNames(key); err != nil {
		return err
	}
	hashes, ranges := 0, 0
	for _, k := range key {
		switch {
		case k.Role == "RANGE":
			ranges++
		case ranges == 0:
			hashes++
		case hashes > 0:
			return awserr.Validation(invalidValues + "All HASH key attributes must precede RANGE key attributes in the KeySchema")
		}
	}
	switch {
	case hashes == 0:
		return errFirstNotHash
	case hashes > maxIndexKeyParts:
		return awserr.Validation(invalidValues + "The KeySchema exceeds the maximum allowed number of HASH key attributes")
	case ranges > maxIndexKeyParts:
		return awserr.Validation(invalidValues + "The KeySchema exceeds the maximum allowed number of RANGE key attributes")
	}
	return nil
}

func (r *record) checkIndexKey(ix indexRecord) error {
	if len(ix.Key) == 0 {
		return errFirstNotHash
	}
	if defined := r.defined(); !containsAll(defined, namesOf(ix.Key)) {
		return undefinedKeys(namesOf(ix.Key), defined)
	}
	return nil
}

// addIndex checks what local and global indexes have in common, and numbers
// the index.
func (r *record) addIndex(ix indexRecord, p *ddb.Projection) error {
	if p == nil || p.ProjectionType == "" {
		return awserr.Validation(invalidValues + "Unknown ProjectionType: null")
	}
	ix.Projection, ix.Include = p.ProjectionType, p.NonKeyAttributes
	switch {
	case ix.Projection != "INCLUDE" && ix.Include != nil:
		return awserr.Validation(invalidValues + "ProjectionType is " + ix.Projection + ", but NonKeyAttributes is specified")
	case ix.Projection == "INCLUDE" && len(ix.Include) == 0:
		return awserr.Validation(invalidValues + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	}
	for i, name := range ix.Include {
		if slices.Contains(ix.Include[:i], name) {
			return awserr.Validation(invalidValues + "Duplicate element in NonKeyAttributes: " + name)
		}
	}
	included := len(ix.Include)
	for _, other := range r.Indexes {
		if other.Name == ix.Name {
			return awserr.Validation(invalidValues + "Duplicate index name: " + ix.Name)
		}
		included += len(other.Include)
	}
	if included > maxIncludedInAll {
		return awserr.Validation(invalidValues + "Number of NonKeyAttributes in all indexes exceeds the per-table limit of 100")
	}
	r.Numbered = r.lastNumber() + 1
	ix.Number = r.Numbered
	r.Indexes = append(r.Indexes, ix)
	return nil
}

// lastNumber returns the highest number that an index of the table has had.
func (r *record) lastNumber() uint64 {
	last := r.Numbered
	for _, ix := range r.Indexes {
		last = max(last, ix.Number)
	}
	if r.TTL != nil {
		last = max(last, r.TTL.Number)
	}
	if r.History != nil {
		last = max(last, r.History.Number)
	}
	return last
}

// checkAllUsed refuses definitions of attributes that are in no key.
func (r *record) checkAllUsed() error {
	used := r.usedAttributes()
	if defined := r.defined(); !containsAll(used, defined) {
		return awserr.Validation(invalidValues + "Some AttributeDefinitions are not used. AttributeDefinitions: [" +
			strings.Join(defined, ", ") + "], keys used: [" + strings.Join(used, ", ") + "]")
	}
	return nil
}

// usedAttributes are those that are in a key of the table or of an index.
func (r *record) usedAttributes() []string {
	used := namesOf(r.Key)
	for _, ix := range r.Indexes {
		for _, name := range namesOf(ix.Key) {
			if !slices.Contains(used, name) {
				used = append(used, name)
			}
		}
	}
	return used
}
