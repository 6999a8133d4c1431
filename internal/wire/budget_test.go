package wire_test

import (
	"reflect"
	"testing"

	"cloudless/internal/wire"
)

func TestBudgetIsSpentByTheSizeOfWhatIsMade(t *testing.T) {
	var b wire.Budget
	if !b.Spend(reflect.TypeFor[[1 << 28]byte]()) {
		t.Error("a quarter of a GiB is refused")
	}
	if b.Spend(reflect.TypeFor[byte]()) {
		t.Error("there is more than a quarter of a GiB")
	}
}
