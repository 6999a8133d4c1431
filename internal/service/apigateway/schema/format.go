package schema

import (
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// checkFormat returns what is wrong with a string of a format, or "". Formats
// that draft 4 does not name say nothing.
func checkFormat(format, s string) string {
	switch format {
	case "date-time":
		if !isDateTime(s) {
			return fmt.Sprintf(`string "%s" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`, clip(s))
		}
	case "email":
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
			return fmt.Sprintf(`string "%s" is not a valid email address`, clip(s))
		}
	case "hostname":
		if !isHostname(s) {
			return fmt.Sprintf(`string "%s" is not a valid hostname`, clip(s))
		}
	case "ipv4":
		if a, err := netip.ParseAddr(s); err != nil || !a.Is4() {
			return fmt.Sprintf(`string "%s" is not a valid IPv4 address`, clip(s))
		}
	case "ipv6":
		if a, err := netip.ParseAddr(s); err != nil || !a.Is6() || a.Zone() != "" {
			return fmt.Sprintf(`string "%s" is not a valid IPv6 address`, clip(s))
		}
	case "regex":
		if _, err := compilePattern(s); err != nil {
			return fmt.Sprintf(`string "%s" is not a valid ECMA 262 regular expression`, clip(s))
		}
	case "uri":
		if _, err := url.Parse(s); err != nil || strings.ContainsAny(s, " \"<>\\^`{|}") {
			return fmt.Sprintf(`string "%s" is not a valid URI`, clip(s))
		}
	}
	return ""
}

var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:?\d\d)$`)

func isDateTime(s string) bool {
	if !dateTime.MatchString(s) {
		return false
	}
	zone := "Z07:00"
	if at := len(s) - 5; s[at] == '+' || s[at] == '-' {
		zone = "Z0700"
	}
	_, err := time.Parse("2006-01-02T15:04:05"+zone, s)
	return err == nil
}

var hostname = regexp.MustCompile(`^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)*\.?$`)

func isHostname(s string) bool { return len(s) <= 253 && hostname.MatchString(s) }
