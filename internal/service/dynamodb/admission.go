package dynamodb

import (
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/throttle"
)

// rate is what an index, or the table itself for nil, gives a second, or 0
// where it is not bounded.
func (t *table) rate(ix *index, writes bool) int64 {
	p := t.Throughput
	if ix != nil && ix.Global {
		p = ix.Throughput
	}
	switch {
	case t.BillingMode == payPerRequest && writes:
		return p.MaxWrite
	case t.BillingMode == payPerRequest:
		return p.MaxRead
	case writes:
		return p.Write
	}
	return p.Read
}

// limit returns under which key the capacity of an index is kept: that of a
// local index is its table's.
func (t *table) limit(ix *index, writes bool) throttle.Key {
	k := throttle.Key{Table: t.Data, Writes: writes}
	if ix != nil && ix.Global {
		k.Index = ix.Number
	}
	return k
}

// admits refuses a request whose table or index has given all that it has.
func (s *Service) admits(t *table, ix *index, writes bool) error {
	if s.limiter == nil {
		return nil
	}
	rate := t.rate(ix, writes)
	if rate == 0 || s.limiter.Admits(t.limit(ix, writes), rate) {
		return nil
	}
	return t.exceeded(ix, writes)
}

// admitsWrite refuses a write for which the table or one of its global indexes
// has nothing left.
func (s *Service) admitsWrite(t *table) error {
	if err := s.admits(t, nil, true); err != nil {
		return err
	}
	for _, ix := range t.indexes {
		if ix.Global {
			if err := s.admits(t, ix, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// take pays for what a request has consumed, times what a transaction costs.
func (s *Service) take(t *table, c consumption, writes bool, times float64) {
	if s.limiter == nil {
		return
	}
	pay := func(ix *index, units float64) {
		if rate := t.rate(ix, writes); rate != 0 && units > 0 {
			s.limiter.Take(t.limit(ix, writes), rate, units*times)
		}
	}
	pay(nil, c.table)
	for ix, units := range c.indexes {
		pay(ix, units)
	}
}

// exceeded is the error of a request that is not let in.
func (t *table) exceeded(ix *index, writes bool) error {
	kind, of, resource := "Read", "Table", t.arn()
	if writes {
		kind = "Write"
	}
	if ix != nil && ix.Global {
		of, resource = "Index", t.arn()+"/index/"+ix.Name
	}
	reason := "Provisioned"
	if t.BillingMode == payPerRequest {
		reason = "MaxOnDemand"
	}
	reasons := []ddb.ThrottlingReason{{Reason: new(of + kind + reason + "ThroughputExceeded"), Resource: &resource}}
	switch {
	case t.BillingMode == payPerRequest:
		return ddb.ThrottlingException("Throughput exceeds the maximum OnDemandThroughput configured on table or index").
			With(&ddb.ThrottlingExceptionDetail{ThrottlingReasons: reasons})
	case of == "Index":
		return ddb.ProvisionedThroughputExceededException("The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. " +
			"Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API").
			With(&ddb.ProvisionedThroughputExceededExceptionDetail{ThrottlingReasons: reasons})
	}
	return ddb.ProvisionedThroughputExceededException("The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.").
		With(&ddb.ProvisionedThroughputExceededExceptionDetail{ThrottlingReasons: reasons})
}

// takeRefused pays for a write whose condition did not hold: that costs too.
func (s *Service) takeRefused(t *table, err error) {
	if awserr.Code(err) == "ConditionalCheckFailedException" {
		s.take(t, consumption{table: 1}, true, 1)
	}
}
