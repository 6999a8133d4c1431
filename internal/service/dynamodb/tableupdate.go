package dynamodb

import (
	"cmp"
	"slices"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// tableUpdate is a change of a table's definition.
type tableUpdate struct {
	record  *record
	now     time.Time
	jobs    []*job       // what is to be done after it
	removed *indexRecord // the index that it takes away, or nil
	touched []string     // the indexes whose throughput it changes
}

// apply changes the definition as the request says, but for the stream.
func (u *tableUpdate) apply(in *ddb.UpdateTableInput) error {
	r := u.record
	if err := u.applyBilling(in); err != nil {
		return err
	}
	if err := r.defineAttributes(in.AttributeDefinitions); err != nil {
		return err
	}
	if err := u.applyIndexes(in.GlobalSecondaryIndexUpdates); err != nil {
		return err
	}
	if in.AttributeDefinitions != nil || u.removed != nil {
		if err := r.checkDefinitions(in.AttributeDefinitions); err != nil {
			return err
		}
	}
	r.TableClass = cmp.Or(in.TableClass, r.TableClass)
	if in.DeletionProtectionEnabled != nil {
		r.Protected = *in.DeletionProtectionEnabled
	}
	var err error
	r.SSE, err = newSSE(ref{r.Account, r.Region, r.Name}, in.SSESpecification, r.SSE)
	return err
}

// applyBilling changes the billing mode and the throughput of the table, and
// of its indexes as far as the mode demands it.
func (u *tableUpdate) applyBilling(in *ddb.UpdateTableInput) error {
	r := u.record
	was := cmp.Or(r.BillingMode, provisioned)
	mode := cmp.Or(in.BillingMode, was)
	switch {
	case mode == payPerRequest && in.ProvisionedThroughput != nil:
		return errNoCapacityOnDemand
	case mode == provisioned && was == payPerRequest && in.ProvisionedThroughput == nil:
		return awserr.Validation(invalidValues + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	case mode == provisioned && in.OnDemandThroughput != nil:
		return awserr.Validation(invalidValues + "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST")
	}
	r.Throughput.bound(in.OnDemandThroughput)
	r.Throughput.warm(in.WarmThroughput)
	if mode != was {
		u.switchMode(mode, in)
		return u.checkSwitched(mode, in)
	}
	if in.ProvisionedThroughput != nil {
		return r.Throughput.provision("table", in.ProvisionedThroughput, u.now)
	}
	return nil
}

// switchMode changes the billing mode, with all that is provisioned.
func (u *tableUpdate) switchMode(mode string, in *ddb.UpdateTableInput) {
	r := u.record
	r.BillingMode = mode
	if mode == payPerRequest {
		r.OnDemand = u.now
		r.Throughput.Read, r.Throughput.Write = 0, 0
		for i := range r.Indexes {
			r.Indexes[i].Throughput.Read, r.Indexes[i].Throughput.Write = 0, 0
		}
		return
	}
	r.Throughput.Read, r.Throughput.Write = in.ProvisionedThroughput.ReadCapacityUnits, in.ProvisionedThroughput.WriteCapacityUnits
	r.Throughput.MaxRead, r.Throughput.MaxWrite = 0, 0
}

// checkSwitched refuses to leave a global index without throughput.
func (u *tableUpdate) checkSwitched(mode string, in *ddb.UpdateTableInput) error {
	if mode == payPerRequest {
		return nil
	}
	for _, ix := range u.record.Indexes {
		given := slices.ContainsFunc(in.GlobalSecondaryIndexUpdates, func(g ddb.GlobalSecondaryIndexUpdate) bool {
			return g.Update != nil && g.Update.IndexName == ix.Name && g.Update.ProvisionedThroughput != nil
		})
		if ix.Global && !given {
			return awserr.Validation(invalidValues + "ProvisionedThroughput must be specified for index: " + ix.Name)
		}
	}
	return nil
}

// applyIndexes makes, removes and changes global indexes.
func (u *tableUpdate) applyIndexes(updates []ddb.GlobalSecondaryIndexUpdate) error {
	online := 0
	for _, g := range updates {
		var err error
		switch {
		case g.Update != nil:
			err = u.updateIndex(g.Update)
		case g.Create != nil:
			online++
			err = u.createIndex(ddb.GlobalSecondaryIndex(*g.Create))
		default:
			online++
			err = u.deleteIndex(g.Delete.IndexName)
		}
		if err != nil {
			return err
		}
	}
	if online > 1 {
		return ddb.LimitExceededException("Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
	}
	return nil
}

func (u *tableUpdate) createIndex(def ddb.GlobalSecondaryIndex) error {
	r := u.record
	if slices.ContainsFunc(r.Indexes, func(ix indexRecord) bool { return ix.Name == def.IndexName }) {
		return awserr.Validation("Attempting to create an index which already exists")
	}
	for _, ix := range r.Indexes {
		if ix.Building {
			return ddb.LimitExceededException("Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
		}
	}
	if err := checkIndexMode(cmp.Or(r.BillingMode, provisioned), def); err != nil {
		return err
	}
	if err := r.addGlobalIndex(def); err != nil {
		return err
	}
	globals := 0
	for _, ix := range r.Indexes {
		if ix.Global {
			globals++
		}
	}
	if globals > maxGlobalIndexes {
		return ddb.LimitExceededException("Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of 20")
	}
	ix := &r.Indexes[len(r.Indexes)-1]
	ix.Building = true
	u.jobs = append(u.jobs, &job{Kind: jobBackfill, Account: r.Account, Region: r.Region, Table: r.Name, Data: r.Data, Index: ix.Number})
	return nil
}

// errNoIndex is the answer to a change of an index that is not there.
var errNoIndex error = ddb.ResourceNotFoundException("Requested resource not found")

func (u *tableUpdate) globalIndex(name string) (int, error) {
	i := slices.IndexFunc(u.record.Indexes, func(ix indexRecord) bool { return ix.Global && ix.Name == name })
	if i < 0 {
		return 0, errNoIndex
	}
	return i, nil
}

func (u *tableUpdate) deleteIndex(name string) error {
	r := u.record
	i, err := u.globalIndex(name)
	if err != nil {
		return err
	}
	u.removed = new(r.Indexes[i])
	r.Numbered = r.lastNumber()
	r.Indexes = slices.Delete(slices.Clone(r.Indexes), i, i+1)
	u.jobs = append(u.jobs, &job{Kind: jobDrop, Data: r.Data, Index: u.removed.Number})
	return nil
}

func (u *tableUpdate) updateIndex(in *ddb.UpdateGlobalSecondaryIndexAction) error {
	r := u.record
	i, err := u.globalIndex(in.IndexName)
	if err != nil {
		return err
	}
	ix := &r.Indexes[i]
	u.touched = append(u.touched, ix.Name)
	ix.Throughput.bound(in.OnDemandThroughput)
	ix.Throughput.warm(in.WarmThroughput)
	switch {
	case in.ProvisionedThroughput == nil:
		return nil
	case r.BillingMode == payPerRequest:
		return awserr.Validation(invalidValues + "ProvisionedThroughput should not be specified for index: " + ix.Name + " when BillingMode is PAY_PER_REQUEST")
	}
	return ix.Throughput.provision("index "+ix.Name, in.ProvisionedThroughput, u.now)
}

// defineAttributes adds definitions, or repeats those that are there.
func (r *record) defineAttributes(definitions []ddb.AttributeDefinition) error {
	r.Attributes = slices.Clone(r.Attributes)
	for i, d := range definitions {
		if slices.ContainsFunc(definitions[:i], func(other ddb.AttributeDefinition) bool { return other.AttributeName == d.AttributeName }) {
			return awserr.Validation("Attribute Name is duplicated: " + d.AttributeName)
		}
		at := slices.IndexFunc(r.Attributes, func(a attributeRecord) bool { return a.Name == d.AttributeName })
		switch {
		case at < 0:
			r.Attributes = append(r.Attributes, attributeRecord{d.AttributeName, d.AttributeType})
		case r.Attributes[at].Type != d.AttributeType:
			return awserr.Validation(invalidValues + "Table already has attribute definition with the same name but different type: " + d.AttributeName)
		}
	}
	return nil
}

// checkDefinitions refuses definitions in a request that no key needs, and
// drops those that no key needs any longer.
func (r *record) checkDefinitions(given []ddb.AttributeDefinition) error {
	used := r.usedAttributes()
	unused := func(a attributeRecord) bool { return !slices.Contains(used, a.Name) }
	for _, d := range given {
		if !slices.Contains(used, d.AttributeName) {
			return r.checkAllUsed()
		}
	}
	r.Attributes = slices.DeleteFunc(r.Attributes, unused)
	return nil
}

// switchStream begins or ends the table's stream.
func (s *Service) switchStream(tx kv.Tx, r *record, spec *ddb.StreamSpecification, now time.Time) error {
	switch {
	case spec == nil:
		return nil
	case spec.StreamEnabled && r.streaming():
		return awserr.Validation("Table already has an enabled stream: TableName: " + r.Name)
	case !spec.StreamEnabled && !r.streaming():
		return awserr.Validation("Table has no stream to disable: TableName: " + r.Name)
	case spec.StreamEnabled && spec.StreamViewType == "":
		return awserr.Validation(invalidValues + "Table is being updated with a stream enabled, UpdateViewType is required")
	case !spec.StreamEnabled && spec.StreamViewType != "":
		return awserr.Validation(invalidValues + "Table is being updated with a stream disabled, UpdateViewType should not be specified")
	case spec.StreamEnabled:
		r.Stream = s.newStream(r, spec.StreamViewType, now)
		r.Stream.Open(tx)
	default:
		r.Stream = r.Stream.Close(tx, now)
	}
	return nil
}

// describe shows the table while it is being changed.
func (u *tableUpdate) describe(counted map[uint64]tally) *ddb.TableDescription {
	r := u.record
	d := describe(r, u.now, statusUpdating, counted)
	for i := range d.GlobalSecondaryIndexes {
		ix := &d.GlobalSecondaryIndexes[i]
		switch {
		case isTrue(ix.Backfilling):
			ix.Backfilling = new(false) // it has not begun
		case !slices.Contains(u.touched, *ix.IndexName):
			ix.IndexStatus = statusActive
		}
	}
	if u.removed != nil {
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, r.describeGlobal(*u.removed, u.now, statusDeleting, tally{}))
	}
	return d
}
