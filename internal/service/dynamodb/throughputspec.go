package dynamodb

import (
	"fmt"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

const maxThroughput = 1_000_000_000_000

// checkBilling refuses a CreateTable whose throughput does not fit its billing
// mode.
func checkBilling(in *ddb.CreateTableInput) error {
	if err := checkMode(in.BillingMode, in.ProvisionedThroughput, in.OnDemandThroughput); err != nil {
		return err
	}
	for _, ix := range in.GlobalSecondaryIndexes {
		if err := checkIndexMode(in.BillingMode, ix); err != nil {
			return err
		}
	}
	return nil
}

func checkMode(billingMode string, p *ddb.ProvisionedThroughput, o *ddb.OnDemandThroughput) error {
	onDemand := billingMode == payPerRequest
	switch {
	case onDemand && p != nil:
		return errNoCapacityOnDemand
	case !onDemand && p == nil:
		return awserr.Validation(invalidValues + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	case !onDemand && o != nil:
		return awserr.Validation(invalidValues + "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST")
	}
	return checkThroughput(p)
}

var errNoCapacityOnDemand error = awserr.Validation(invalidValues + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")

func checkIndexMode(billingMode string, ix ddb.GlobalSecondaryIndex) error {
	onDemand := billingMode == payPerRequest
	switch {
	case onDemand && ix.ProvisionedThroughput != nil:
		return awserr.Validation(invalidValues + "ProvisionedThroughput should not be specified for index: " + ix.IndexName + " when BillingMode is PAY_PER_REQUEST")
	case !onDemand && ix.ProvisionedThroughput == nil:
		return awserr.Validation(invalidValues + "ProvisionedThroughput is not specified for index: " + ix.IndexName)
	case !onDemand && ix.OnDemandThroughput != nil:
		return awserr.Validation(invalidValues + "OnDemandThroughput should not be specified for index: " + ix.IndexName + " when BillingMode is PROVISIONED")
	}
	return checkThroughput(ix.ProvisionedThroughput)
}

func checkThroughput(p *ddb.ProvisionedThroughput) error {
	if p == nil {
		return nil
	}
	if p.ReadCapacityUnits > maxThroughput {
		return awserr.Validation(fmt.Sprintf("Given value %d for ReadCapacityUnits is out of bounds", p.ReadCapacityUnits))
	}
	if p.WriteCapacityUnits > maxThroughput {
		return awserr.Validation(fmt.Sprintf("Given value %d for WriteCapacityUnits is out of bounds", p.WriteCapacityUnits))
	}
	return nil
}

// throughput gathers what a request says of throughput.
func throughput(p *ddb.ProvisionedThroughput, o *ddb.OnDemandThroughput, w *ddb.WarmThroughput) throughputRecord {
	var t throughputRecord
	if p != nil {
		t.Read, t.Write = p.ReadCapacityUnits, p.WriteCapacityUnits
	}
	t.bound(o)
	t.warm(w)
	return t
}

// bound sets what an OnDemandThroughput gives; -1 takes a bound away.
func (t *throughputRecord) bound(o *ddb.OnDemandThroughput) {
	if o == nil {
		return
	}
	if o.MaxReadRequestUnits != nil {
		t.MaxRead = max(0, *o.MaxReadRequestUnits)
	}
	if o.MaxWriteRequestUnits != nil {
		t.MaxWrite = max(0, *o.MaxWriteRequestUnits)
	}
}

func (t *throughputRecord) warm(w *ddb.WarmThroughput) {
	if w == nil {
		return
	}
	if w.ReadUnitsPerSecond != nil {
		t.WarmRead = *w.ReadUnitsPerSecond
	}
	if w.WriteUnitsPerSecond != nil {
		t.WarmWrite = *w.WriteUnitsPerSecond
	}
}

// provision changes what is provisioned, and notes when it grew and shrank.
func (t *throughputRecord) provision(what string, p *ddb.ProvisionedThroughput, now time.Time) error {
	if p.ReadCapacityUnits == t.Read && p.WriteCapacityUnits == t.Write {
		return awserr.Validation(fmt.Sprintf("The provisioned throughput for the %s will not change. The requested value equals the current value. "+
			"Current ReadCapacityUnits provisioned for the %[1]s: %d. Requested ReadCapacityUnits: %[2]d. "+
			"Current WriteCapacityUnits provisioned for the %[1]s: %d. Requested WriteCapacityUnits: %[3]d. "+
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.", what, t.Read, t.Write))
	}
	if p.ReadCapacityUnits > t.Read || p.WriteCapacityUnits > t.Write {
		t.Increased = now
	}
	if p.ReadCapacityUnits < t.Read || p.WriteCapacityUnits < t.Write {
		t.Decreases = t.decreasesOn(now) + 1
		t.Decreased = now
	}
	t.Read, t.Write = p.ReadCapacityUnits, p.WriteCapacityUnits
	return nil
}

// decreasesOn counts the decreases of a day, of UTC.
func (t *throughputRecord) decreasesOn(now time.Time) int64 {
	const day = 24 * time.Hour
	if !t.Decreased.UTC().Truncate(day).Equal(now.UTC().Truncate(day)) {
		return 0
	}
	return t.Decreases
}
