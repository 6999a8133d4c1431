package policy

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// instant is a point in time, to the nanosecond. It reaches further than a
// time.Time can be compared at, since policies may write any number of seconds.
type instant struct {
	seconds int64 // since 1970
	nanos   int
}

func (a instant) compare(b instant) int {
	if c := cmp.Compare(a.seconds, b.seconds); c != 0 {
		return c
	}
	return cmp.Compare(a.nanos, b.nanos)
}

// parseDate reads a date as policies write it: seconds since 1970, or what
// W3C's profile of ISO 8601 allows, and the little more that AWS takes:
//
//	2026   2026-05   2026-05-04   2026-05-04T12:00Z
//	2026-05-04T12:00:00Z   2026-05-04t2:00:00.123456789+02:30   01T
func parseDate(s string) (instant, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && !(len(s) == 4 && n > 0) {
		return instant{seconds: n}, true
	}
	day, clock := s, ""
	if i := strings.IndexAny(s, "Tt"); i >= 0 {
		day, clock = s[:i], s[i+1:]
	}
	y, m, d, ok := parseDay(day)
	if !ok {
		return instant{}, false
	}
	sinceMidnight, nanos, ok := parseClock(clock)
	if !ok {
		return instant{}, false
	}
	midnight := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != d {
		return instant{}, false // such as 30 February
	}
	return instant{seconds: midnight.Unix() + int64(sinceMidnight), nanos: nanos}, true
}

// parseDay reads year, month and day; the latter two may be missing.
func parseDay(s string) (y, m, d int, ok bool) {
	parts := strings.Split(s, "-")
	n := [3]int{0, 1, 1}
	limits := [3]int{9999, 12, 31}
	if len(parts) > 3 {
		return 0, 0, 0, false
	}
	for i, part := range parts {
		if n[i], ok = digits(part, 4, limits[i]); !ok || i > 0 && n[i] == 0 {
			return 0, 0, 0, false
		}
	}
	return n[0], n[1], n[2], true
}

// parseClock reads hours, minutes, seconds with a fraction, and the offset of
// the zone, all of which may be missing. It returns seconds since midnight,
// UTC.
func parseClock(s string) (seconds, nanos int, ok bool) {
	clock, offset := strings.TrimSuffix(s, "Z"), 0
	if i := strings.IndexAny(clock, "+-"); i >= 0 {
		zone := clock[i:]
		clock = clock[:i]
		if offset, ok = parseZone(zone); !ok {
			return 0, 0, false
		}
	}
	if clock == "" {
		return -offset, 0, true
	}
	parts := strings.Split(clock, ":")
	if len(parts) > 3 {
		return 0, 0, false
	}
	if len(parts) == 3 {
		whole, fraction, dotted := strings.Cut(parts[2], ".")
		parts[2] = whole
		if dotted {
			if fraction == "" || len(fraction) > 9 {
				return 0, 0, false
			}
			if nanos, ok = digits((fraction + "00000000")[:9], 9, 999_999_999); !ok {
				return 0, 0, false
			}
		}
	}
	units, limits := [3]int{3600, 60, 1}, [3]int{24, 59, 60}
	for i, part := range parts {
		n, ok := digits(part, 2, limits[i])
		if !ok {
			return 0, 0, false
		}
		seconds += n * units[i]
	}
	return seconds - offset, nanos, true
}

// parseZone reads "+02", "+0230" or "+02:30", in seconds.
func parseZone(s string) (int, bool) {
	hours, minutes, _ := strings.Cut(s[1:], ":")
	if len(hours) == 4 {
		hours, minutes = hours[:2], hours[2:]
	}
	if len(hours) != 2 || len(minutes) != 0 && len(minutes) != 2 {
		return 0, false
	}
	h, ok := digits(hours, 2, 23)
	if !ok {
		return 0, false
	}
	m := 0
	if minutes != "" {
		if m, ok = digits(minutes, 2, 59); !ok {
			return 0, false
		}
	}
	offset := h*3600 + m*60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// digits reads a number of at most n digits and nothing else.
func digits(s string, n, limit int) (int, bool) {
	if s == "" || len(s) > n {
		return 0, false
	}
	v := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, v <= limit
}
