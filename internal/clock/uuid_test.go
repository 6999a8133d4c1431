package clock_test

import (
	"testing"

	"cloudless/internal/clock"
)

func TestUUIDsAreOfVersion4(t *testing.T) {
	b := [16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0xf6, 0x77, 0xf8, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	if got, want := clock.UUIDOf(&b), "00112233-4455-4677-b899-aabbccddeeff"; got != want {
		t.Errorf("UUIDOf = %s, want %s", got, want)
	}
	if b[6] != 0x46 || b[8] != 0xb8 {
		t.Errorf("the bytes are % x and not those of the text", b)
	}
}

func TestUUIDsAreDrawnOneByOne(t *testing.T) {
	if a, b := clock.UUID(clock.System{}), clock.UUID(clock.System{}); a == b {
		t.Errorf("UUID drew %s twice", a)
	}
}
