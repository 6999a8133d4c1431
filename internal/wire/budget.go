package wire

import "reflect"

// Budget bounds the memory that the structures of one request may take, so
// that a body of "{},{},{}…" does not grow to hundreds of times its size. The
// zero value is a whole budget.
type Budget struct{ spent uintptr }

// maxValueBytes is more than the largest legitimate request needs: a batch of
// DynamoDB items that hold nothing but numbers.
const maxValueBytes = 1 << 28

// Spend takes one value of the type off the budget, and reports whether there
// was enough left.
func (b *Budget) Spend(t reflect.Type) bool {
	b.spent += t.Size()
	return b.spent <= maxValueBytes
}
