package attr

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

func number(t testing.TB, text string) Value {
	t.Helper()
	v, err := ParseNumber(text)
	if err != nil {
		t.Fatalf("ParseNumber(%q) = %v", text, err)
	}
	return v
}

func TestNumbersHaveOneNormalForm(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"0", "0"}, {"-0", "0"}, {"0.000", "0"}, {"0e99999999999", "0"},
		{"00042", "42"}, {"+7", "7"}, {"1.0", "1"}, {"3.1400", "3.14"}, {"0042.1200", "42.12"},
		{"1.5E2", "150"}, {"1e2", "100"}, {"150e-1", "15"}, {".5", "0.5"}, {"5.", "5"},
		{"-0.05", "-0.05"}, {"-12.340", "-12.34"}, {"0.0055", "0.0055"}, {"0.055", "0.055"},
		{"1E125", "1" + strings.Repeat("0", 125)},
		{"1E-130", "0." + strings.Repeat("0", 129) + "1"},
		{"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
		{"-1.2345678901234567890123456789012345678", "-1.2345678901234567890123456789012345678"},
		{"0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"},
	} {
		if got := number(t, tt.text).Text(); got != tt.want {
			t.Errorf("ParseNumber(%q).Text() = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestNumbersOutsideOfTheRangeAreRefused(t *testing.T) {
	for _, tt := range []struct {
		text string
		err  error
	}{
		{"", ErrNotANumber}, {"x", ErrNotANumber}, {"1x", ErrNotANumber}, {"-", ErrNotANumber}, {".", ErrNotANumber},
		{"1e", ErrNotANumber}, {"1e+", ErrNotANumber}, {" 1", ErrNotANumber}, {"1 ", ErrNotANumber}, {"1..2", ErrNotANumber},
		{"--1", ErrNotANumber}, {"0x10", ErrNotANumber}, {"NaN", ErrNotANumber}, {"1e1e1", ErrNotANumber}, {"١", ErrNotANumber},
		{"1E126", ErrOverflow}, {"-1E126", ErrOverflow}, {"11e125", ErrOverflow}, {"1e99999999999999999999", ErrOverflow},
		{"1E-131", ErrUnderflow}, {"0.9e-130", ErrUnderflow}, {"1e-99999999999999999999", ErrUnderflow},
		{"123456789012345678901234567890123456789", ErrPrecision},
		{"3.14159265358979323846264338327950288419", ErrPrecision},
		{"314159265358979323846264338327950288419e30", ErrPrecision},
	} {
		if v, err := ParseNumber(tt.text); err != tt.err {
			t.Errorf("ParseNumber(%q) = %x, %v, want %v", tt.text, []byte(v), err, tt.err)
		}
	}
}

// The sizes were measured on AWS by items on either side of the 400 KB limit.
func TestNumbersCostWhatAWSCounts(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"0", 1}, {"1", 2}, {"12", 2}, {"123", 3}, {"1234", 3}, {"12345678901234567890123456789012345678", 20},
		{"0042", 2}, {"100", 2}, {"1010", 3}, {"0.0000001", 2}, {"1E125", 2}, {"1E-100", 2}, {"1.5", 3}, {"15", 2},
		{"1.2", 3}, {"1.200", 3}, {"1.234", 4}, {"3.14159", 5}, {"123456", 4}, {"100.5", 4}, {"0.15", 2}, {"-42", 3}, {"-0", 1},
	} {
		if got := number(t, tt.text).Size(); got != tt.want {
			t.Errorf("size of %s = %d, want %d", tt.text, got, tt.want)
		}
	}
}

// These bytes lie in users' stores. A change of them needs another version.
func TestTheBytesOfNumbersDoNotChange(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"0", "80"}, {"1", "c102"}, {"-1", "3e6466"}, {"100", "c202"}, {"99.5", "c16433"}, {"0.01", "c002"}, {"-123.45", "3d644e3866"},
		{"1E-130", "8002"}, {"1E125", "ff0b"},
		{"-99999999999999999999999999999999999999", "2c02020202020202020202020202020202020202" + "66"},
	} {
		if got := hex.EncodeToString(number(t, tt.text).Payload()); got != tt.want {
			t.Errorf("payload of %s = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestNumbersSortAsTheirBytesDo(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	texts := []string{"0", "1E-130", "-1E-130", "1E125", "-1E125", "9.9999999999999999999999999999999999999E125",
		"-9.9999999999999999999999999999999999999E125", "0.1", "0.01", "0.001", "10", "100", "1000", "-10", "-100", "99", "100.5"}
	for range 400 {
		texts = append(texts, randomNumber(rng))
	}
	for _, a := range texts {
		for _, b := range texts {
			x, _ := new(big.Rat).SetString(a)
			y, _ := new(big.Rat).SetString(b)
			if got, want := number(t, a).Compare(number(t, b)), x.Cmp(y); got != want {
				t.Fatalf("Compare(%s, %s) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestSumsAreExact(t *testing.T) {
	for _, tt := range []struct{ a, b, sum, difference string }{
		{"1", "10000000000000000000000", "10000000000000000000001", "-9999999999999999999999"},
		{"0.1", "0.2", "0.3", "-0.1"},
		{"5", "5", "10", "0"},
		{"0", "-3.5", "-3.5", "3.5"},
		{"99", "1", "100", "98"},
		{"1E125", "-1E125", "0", "2" + strings.Repeat("0", 125)},
	} {
		v, err := Add(number(t, tt.a), number(t, tt.b))
		if err != nil || v.Text() != tt.sum {
			t.Errorf("%s + %s = %s, %v, want %s", tt.a, tt.b, v.Text(), err, tt.sum)
		}
		v, err = Subtract(number(t, tt.a), number(t, tt.b))
		if err != nil || v.Text() != tt.difference {
			t.Errorf("%s - %s = %s, %v, want %s", tt.a, tt.b, v.Text(), err, tt.difference)
		}
	}
	for _, tt := range []struct{ a, b string }{{"9e125", "9e125"}, {"1e50", "1"}} {
		if v, err := Add(number(t, tt.a), number(t, tt.b)); err != ErrOverflow {
			t.Errorf("%s + %s = %s, %v, want %v", tt.a, tt.b, v.Text(), err, ErrOverflow)
		}
	}
	if v, err := Subtract(number(t, "1.1E-130"[:3]+"E-129"), number(t, "1E-129")); err != nil || v.Text() != number(t, "1E-130").Text() {
		t.Errorf("the smallest difference = %s, %v", v.Text(), err)
	}
}

func randomNumber(rng *rand.Rand) string {
	var b strings.Builder
	if rng.IntN(2) == 0 {
		b.WriteByte('-')
	}
	for range 1 + rng.IntN(20) {
		b.WriteByte(byte('0' + rng.IntN(10)))
	}
	b.WriteByte('.')
	for range rng.IntN(18) {
		b.WriteByte(byte('0' + rng.IntN(10)))
	}
	return b.String()
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0", "-1", "1.5e3", "1E-130", "9.99E125", "00.10", "x", "-.5e+01", "1e999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseNumber(text)
		if err != nil {
			return
		}
		if v.Size() > maxPairs+1 {
			t.Fatalf("%q takes %d bytes", text, v.Size())
		}
		again, err := ParseNumber(v.Text())
		if err != nil || !bytes.Equal(v, again) {
			t.Fatalf("%q reads back from %q as %x, %v, want %x", text, v.Text(), []byte(again), err, []byte(v))
		}
		if len(text) > 200 || strings.ContainsAny(text, "eE") && len(text) > 60 {
			return // big.Rat would take long
		}
		want, ok := new(big.Rat).SetString(text)
		got, _ := new(big.Rat).SetString(v.Text())
		if ok && want.Cmp(got) != 0 {
			t.Fatalf("%q = %s", text, v.Text())
		}
	})
}

// FuzzNumberBytes reads numbers from damaged bytes.
func FuzzNumberBytes(f *testing.F) {
	f.Add([]byte{0x80})
	f.Add([]byte{0x3e, 0x64, 0x66})
	f.Add([]byte{0xff, 0, 0xff, 1, 200})
	f.Fuzz(func(t *testing.T, b []byte) {
		text := FormatNumber(b)
		if len(text) > 400 {
			t.Fatalf("%x gives %d characters", b, len(text))
		}
	})
}

func BenchmarkAppendNumber(b *testing.B) {
	buf := make([]byte, 0, 32)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := appendNumber(buf, "-1234567.891"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormatNumber(b *testing.B) {
	payload := number(b, "-1234567.891").Payload()
	buf := make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		AppendFormat(buf, payload)
	}
}
