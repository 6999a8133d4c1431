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
	if level != "TOTAL" && level != "INDEXES" {
		return nil
	}
	total := c.table
	for _, units := range c.indexes {
		total += units
	}
	answer := &ddb.ConsumedCapacity{TableName: new(t.Name), CapacityUnits: new(total)}
	if level == "TOTAL" {
		return answer
	}
	answer.Table = &ddb.Capacity{CapacityUnits: new(c.table)}
	for ix, units := range c.indexes {
		arm := &answer.LocalSecondaryIndexes
		if ix.Global {
			arm = &answer.GlobalSecondaryIndexes
		}
		if *arm == nil {
			*arm = map[string]ddb.Capacity{}
		}
		(*arm)[ix.Name] = ddb.Capacity{CapacityUnits: new(units)}
	}
	return answer
}
