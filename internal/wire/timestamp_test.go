package wire_test

import (
	"testing"
	"time"

	"cloudless/internal/wire"
)

func TestParseTimeUnderstandsEveryFormat(t *testing.T) {
	want := time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC)
	for _, tt := range []struct {
		text string
		want time.Time
	}{
		{"2026-11-24T01:02:03Z", want},
		{"2026-11-24T02:02:03+01:00", want},
		{"2026-11-24T01:02:03.250Z", want.Add(250 * time.Millisecond)},
		{"2026-11-24T01:02:03", want},
		{"20261124T010203Z", want},
		{"2026-11-24", want.Truncate(24 * time.Hour)},
		{"Tue, 24 Nov 2026 01:02:03 GMT", want},
		{"Tue, 24 Nov 2026 01:02:03 UTC", want},
		{"1795482123", want},
		{"1795482123.25", want.Add(250 * time.Millisecond)},
		{"1.795482123E9", want},
		{"-1.5", time.Unix(-2, 500e6).UTC()},
		{"0", time.Unix(0, 0).UTC()},
	} {
		got, err := wire.ParseTime(tt.text)
		if err != nil || !got.Equal(tt.want) || got.Location() != time.UTC {
			t.Errorf("ParseTime(%s) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
}

func TestParseTimeRefuses(t *testing.T) {
	for _, text := range []string{"", "soon", "2026-13-01", "NaN", "Infinity", "-Infinity", "1e300", "1e12", "24 Nov 2026"} {
		if got, err := wire.ParseTime(text); err == nil {
			t.Errorf("ParseTime(%q) = %v, want an error", text, got)
		}
	}
}

func TestFormatTimeWritesWhatParseTimeReads(t *testing.T) {
	for _, tt := range []struct {
		at           time.Time
		format, want string
	}{
		{time.Unix(1795482123, 0), wire.ISO8601, "2026-11-24T01:02:03Z"},
		{time.Unix(1795482123, 250e6), wire.ISO8601, "2026-11-24T01:02:03.250Z"},
		{time.Unix(1795482123, 0), "", "2026-11-24T01:02:03Z"},
		{time.Unix(1795482123, 0), wire.UnixTimestamp, "1795482123"},
		{time.Unix(1795482123, 250e6), wire.UnixTimestamp, "1795482123.25"},
		{time.Unix(1795482123, 1e6), wire.UnixTimestamp, "1795482123.001"},
		{time.Unix(1795482123, 0), wire.RFC822, "Tue, 24 Nov 2026 01:02:03 GMT"},
	} {
		got := wire.FormatTime(tt.at, tt.format)
		if got != tt.want {
			t.Errorf("FormatTime(%v, %q) = %s, want %s", tt.at, tt.format, got, tt.want)
		}
		if back, err := wire.ParseTime(got); err != nil || !back.Equal(tt.at) {
			t.Errorf("ParseTime(%s) = %v, %v, want %v", got, back, err, tt.at)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{"2026-11-24T01:02:03.250Z", "Tue, 24 Nov 2026 01:02:03 GMT", "1795482123.25", "-1.5", "NaN", "1e12", "0x1p3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := wire.ParseTime(text)
		if err != nil {
			return
		}
		if y := at.Year(); y < 1 || y > 9999 {
			t.Fatalf("ParseTime(%q) = %v, in the year %d", text, at, y)
		}
		// What was read must survive being written, to the millisecond.
		written := wire.FormatTime(at, wire.UnixTimestamp)
		again, err := wire.ParseTime(written)
		if err != nil || again.Sub(at).Abs() > time.Millisecond {
			t.Errorf("ParseTime(%q) = %v, written %s, read again %v, %v", text, at, written, again, err)
		}
	})
}
