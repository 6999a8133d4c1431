package transfer

import (
	"strconv"

	"cloudless/internal/service/dynamodb/attr"
)

// Change is what became of one item between the two times of an incremental
// export. However often it was written in between, there is one Change.
type Change struct {
	Micros int64     // when it was last written, in microseconds since 1970
	Keys   attr.Item // the key attributes alone
	Old    attr.Item // as it was at the first time; nil where it was not there
	New    attr.Item // as it is at the second; nil where it is gone
}

// appendJSONItem appends a line of a full export.
func appendJSONItem(dst []byte, it attr.Item) []byte {
	dst = append(dst, `{"Item":`...)
	dst = appendJSONFields(dst, it.All())
	return append(dst, '}', '\n')
}

// appendJSONChange appends a line of an incremental export.
func appendJSONChange(dst []byte, c Change) []byte {
	dst = append(dst, `{"Metadata":{"WriteTimestampMicros":{"N":"`...)
	dst = strconv.AppendInt(dst, c.Micros, 10)
	dst = append(dst, `"}},"Keys":`...)
	dst = appendJSONFields(dst, c.Keys.All())
	if c.Old != nil {
		dst = append(dst, `,"OldImage":`...)
		dst = appendJSONFields(dst, c.Old.All())
	}
	if c.New != nil {
		dst = append(dst, `,"NewImage":`...)
		dst = appendJSONFields(dst, c.New.All())
	}
	return append(dst, '}', '\n')
}

// ionMarker begins each line of Ion.
const ionMarker = "$ion_1_0"

// appendIonItem appends a line of a full export.
func appendIonItem(dst []byte, it attr.Item) []byte {
	dst = append(dst, ionMarker+" {Item:"...)
	dst = appendIonFields(dst, it.All())
	return append(dst, '}', '\n')
}

// appendIonChange appends a line of an incremental export: that of JSON, with
// each value in its form in Ion.
func appendIonChange(dst []byte, c Change) []byte {
	dst = append(dst, ionMarker+" {Metadata:{WriteTimestampMicros:"...)
	dst = appendIonDecimal(dst, strconv.FormatInt(c.Micros, 10))
	dst = append(dst, "},Keys:"...)
	dst = appendIonFields(dst, c.Keys.All())
	if c.Old != nil {
		dst = append(dst, ",OldImage:"...)
		dst = appendIonFields(dst, c.Old.All())
	}
	if c.New != nil {
		dst = append(dst, ",NewImage:"...)
		dst = appendIonFields(dst, c.New.All())
	}
	return append(dst, '}', '\n')
}
