package dynamodb

import (
	"time"

	ddb "cloudless/internal/api/dynamodb"
)

// What an on-demand table is ready for, as AWS tells.
const (
	warmReads  = 12000
	warmWrites = 4000
)

// describe writes a definition as the API shows it. counted tells, for each
// index number, how many items there are; where it is nil the table is empty.
func describe(r *record, now time.Time, status string, counted map[uint64]tally) *ddb.TableDescription {
	d := &ddb.TableDescription{
		CreationDateTime:          new(r.Created),
		DeletionProtectionEnabled: new(r.Protected),
		ItemCount:                 new(counted[tableIndex].items),
		KeySchema:                 keySchema(r.Key),
		ProvisionedThroughput:     describeThroughput(r.Throughput, now),
		TableArn:                  new(r.arn()),
		TableId:                   new(r.ID),
		TableName:                 new(r.Name),
		TableSizeBytes:            new(counted[tableIndex].bytes),
		TableStatus:               status,
	}
	for _, a := range r.Attributes {
		d.AttributeDefinitions = append(d.AttributeDefinitions, ddb.AttributeDefinition{AttributeName: a.Name, AttributeType: a.Type})
	}
	if r.BillingMode == payPerRequest {
		d.BillingModeSummary = &ddb.BillingModeSummary{BillingMode: payPerRequest, LastUpdateToPayPerRequestDateTime: new(r.OnDemand)}
	}
	if !r.OnDemand.IsZero() && r.BillingMode != payPerRequest {
		d.BillingModeSummary = &ddb.BillingModeSummary{BillingMode: provisioned, LastUpdateToPayPerRequestDateTime: new(r.OnDemand)}
	}
	if r.Stream != nil {
		d.LatestStreamArn, d.LatestStreamLabel = new(r.Stream.ARN()), &r.Stream.Label
	}
	if r.streaming() {
		d.StreamSpecification = &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: r.Stream.View}
	}
	if r.TableClass != "" {
		d.TableClassSummary = &ddb.TableClassSummary{TableClass: r.TableClass}
	}
	d.RestoreSummary = r.describeRestore()
	d.SSEDescription = r.describeSSE()
	d.OnDemandThroughput = describeOnDemand(r.Throughput)
	read, write := r.warm(r.Throughput)
	d.WarmThroughput = &ddb.TableWarmThroughputDescription{ReadUnitsPerSecond: new(read), WriteUnitsPerSecond: new(write), Status: statusActive}
	for _, ix := range r.Indexes {
		if ix.Global {
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, r.describeGlobal(ix, now, status, counted[ix.Number]))
		} else {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, r.describeLocal(ix, counted[ix.Number]))
		}
	}
	return d
}

func (r *record) describeGlobal(ix indexRecord, now time.Time, status string, counted tally) ddb.GlobalSecondaryIndexDescription {
	read, write := r.warm(ix.Throughput)
	d := ddb.GlobalSecondaryIndexDescription{
		IndexArn:              new(r.arn() + "/index/" + ix.Name),
		IndexName:             new(ix.Name),
		IndexSizeBytes:        new(counted.bytes),
		IndexStatus:           status,
		ItemCount:             new(counted.items),
		KeySchema:             keySchema(ix.Key),
		Projection:            &ddb.Projection{ProjectionType: ix.Projection, NonKeyAttributes: ix.Include},
		ProvisionedThroughput: describeThroughput(ix.Throughput, now),
		WarmThroughput:        &ddb.GlobalSecondaryIndexWarmThroughputDescription{ReadUnitsPerSecond: new(read), WriteUnitsPerSecond: new(write), Status: statusActive},
		OnDemandThroughput:    describeOnDemand(ix.Throughput),
	}
	if ix.Building {
		d.IndexStatus, d.Backfilling = statusCreating, new(true)
	}
	return d
}

func (r *record) describeLocal(ix indexRecord, counted tally) ddb.LocalSecondaryIndexDescription {
	return ddb.LocalSecondaryIndexDescription{
		IndexArn:       new(r.arn() + "/index/" + ix.Name),
		IndexName:      new(ix.Name),
		IndexSizeBytes: new(counted.bytes),
		ItemCount:      new(counted.items),
		KeySchema:      keySchema(ix.Key),
		Projection:     &ddb.Projection{ProjectionType: ix.Projection, NonKeyAttributes: ix.Include},
	}
}

// warm is the throughput that a table or an index is ready for at once.
func (r *record) warm(p throughputRecord) (read, write int64) {
	if r.BillingMode == payPerRequest {
		read, write = warmReads, warmWrites
	} else {
		read, write = p.Read, p.Write
	}
	return max(read, p.WarmRead), max(write, p.WarmWrite)
}

// describeOnDemand shows the bounds of what is on demand, -1 for none.
func describeOnDemand(p throughputRecord) *ddb.OnDemandThroughput {
	if p.MaxRead == 0 && p.MaxWrite == 0 {
		return nil
	}
	shown := func(bound int64) *int64 {
		if bound == 0 {
			bound = -1
		}
		return &bound
	}
	return &ddb.OnDemandThroughput{MaxReadRequestUnits: shown(p.MaxRead), MaxWriteRequestUnits: shown(p.MaxWrite)}
}

func describeThroughput(p throughputRecord, now time.Time) *ddb.ProvisionedThroughputDescription {
	d := &ddb.ProvisionedThroughputDescription{
		NumberOfDecreasesToday: new(p.decreasesOn(now)),
		ReadCapacityUnits:      new(p.Read),
		WriteCapacityUnits:     new(p.Write),
	}
	if !p.Increased.IsZero() {
		d.LastIncreaseDateTime = &p.Increased
	}
	if !p.Decreased.IsZero() {
		d.LastDecreaseDateTime = &p.Decreased
	}
	return d
}

func keySchema(key []keyRecord) []ddb.KeySchemaElement {
	var elements []ddb.KeySchemaElement
	for _, k := range key {
		elements = append(elements, ddb.KeySchemaElement{AttributeName: k.Name, KeyType: k.Role})
	}
	return elements
}
