package wire_test

import (
	"reflect"
	"testing"

	"cloudless/internal/wire"
)

func TestBudgetIsSpentByTheSizeOfWhatIsMade(t *testing.T) {
	var b wire.Budget
	big := reflect.TypeFor[[1 << 27]byte]()
	if !b.Spend(big) || !b.Spend(big) {
		t.Error("a quarter of a GiB is refused")
	}
	if b.Spend(reflect.TypeFor[byte]()) {
		t.Error("there is more than a quarter of a GiB")
	}
}
