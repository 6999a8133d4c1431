package wire

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// The formats of timestamps, as models name them.
const (
	ISO8601       = "iso8601"
	UnixTimestamp = "unixTimestamp"
	RFC822        = "rfc822"

	// ISO8601Milliseconds is no format of a model: ISO8601 with milliseconds,
	// even where they are zero.
	ISO8601Milliseconds = "iso8601.000"
)

// FormatTime writes t in one of AWS's formats, in UTC. Unix timestamps are
// seconds with up to three decimals.
func FormatTime(t time.Time, format string) string {
	t = t.UTC()
	switch format {
	case UnixTimestamp:
		return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
	case RFC822:
		return t.Format("Mon, 02 Jan 2006 15:04:05 GMT")
	default:
		if t.Nanosecond() != 0 || format == ISO8601Milliseconds {
			return t.Format("2006-01-02T15:04:05.000Z")
		}
		return t.Format("2006-01-02T15:04:05Z")
	}
}

// layouts are the formats of text that ParseTime understands.
var layouts = []string{
	time.RFC3339Nano, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 GMT",
	"2006-01-02T15:04:05", "20060102T150405Z", "2006-01-02",
}

// The bounds of the years 1 to 9999, which all formats can write.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// ParseTime reads a timestamp. Clients are lenient with each other's formats,
// and so is AWS: whatever the model says, all three are understood.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return within(t, text)
		}
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(seconds) <= lastSecond) { // NaN is not
		return time.Time{}, notATime(text)
	}
	whole, fraction := math.Modf(seconds)
	return within(time.Unix(int64(whole), int64(math.Round(fraction*1e3))*1e6), text)
}

func within(t time.Time, text string) (time.Time, error) {
	if s := t.Unix(); s < firstSecond || s > lastSecond {
		return time.Time{}, notATime(text)
	}
	return t.UTC(), nil
}

func notATime(text string) error { return fmt.Errorf("not a timestamp: %.40q", text) }
