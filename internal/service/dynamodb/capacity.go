package dynamodb

import (
	ddb "cloudless/internal/api/dynamodb"
)

// Sizes that one unit of capacity pays for.
const (
	readUnitBytes  = 4 << 10
	writeUnitBytes = 1 << 10
)

// writeUnits is what it takes to write an item of this size.
func writeUnits(bytes int) float64 { return unitsOf(bytes, writeUnitBytes) }

// readUnits is what it takes to read this many bytes, in one piece; half of it
// where the reader is content with what may be a moment old.
func readUnits(bytes int, consistent bool) float64 {
	units := unitsOf(bytes, readUnitBytes)
	if !consistent {
		units /= 2
	}
	return units
}

// unitsOf rounds up; nothing costs as much as a little.
func unitsOf(bytes, unit int) float64 { return float64(max(1, (bytes+unit-1)/unit)) }

// consumption is the capacity that a request has taken from one table and its
// indexes.
type consumption struct {
	table   float64
	indexes map[*index]float64
}

// add counts units of an index, or of the table itself for nil.
func (c *consumption) add(ix *index, units float64) {
	if ix == nil {
		c.table += units
		return
	}
	if c.indexes == nil {
		c.indexes = map[*index]float64{}
	}
	c.indexes[ix] += units
}

// merge adds what another request has taken.
func (c *consumption) merge(other consumption) {
	c.table += other.table
	for ix, units := range other.indexes {
		c.add(ix, units)
	}
}

// answer returns what ReturnConsumedCapacity asks for, which may be nothing.
func (c *consumption) answer(level string, t *table) *ddb.ConsumedCapacity {
	return c.show(level, t, func(units float64) ddb.Capacity { return ddb.Capacity{CapacityUnits: &units} })
}

// answerTransaction is answer for a transaction, which takes twice as much, and
// is told whether it read or wrote.
func (c *consumption) answerTransaction(level string, t *table, reads bool) *ddb.ConsumedCapacity {
	return c.show(level, t, func(units float64) ddb.Capacity {
		units *= 2
		if reads {
			return ddb.Capacity{CapacityUnits: &units, ReadCapacityUnits: &units}
		}
		return ddb.Capacity{CapacityUnits: &units, WriteCapacityUnits: &units}
	})
}

func (c *consumption) show(level string, t *table, capacity func(units float64) ddb.Capacity) *ddb.ConsumedCapacity {
	if level != "TOTAL" && level != "INDEXES" {
		return nil
	}
	units := c.table
	for _, of := range c.indexes {
		units += of
	}
	total := capacity(units)
	answer := &ddb.ConsumedCapacity{TableName: new(t.Name), CapacityUnits: total.CapacityUnits,
		ReadCapacityUnits: total.ReadCapacityUnits, WriteCapacityUnits: total.WriteCapacityUnits}
	if level == "TOTAL" {
		return answer
	}
	answer.Table = new(capacity(c.table))
	for ix, units := range c.indexes {
		arm := &answer.LocalSecondaryIndexes
		if ix.Global {
			arm = &answer.GlobalSecondaryIndexes
		}
		if *arm == nil {
			*arm = map[string]ddb.Capacity{}
		}
		(*arm)[ix.Name] = capacity(units)
	}
	return answer
}
