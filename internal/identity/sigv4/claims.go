package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/awserr"
)

// malformed says in S3's words what is wrong with a credential.
type malformed func(format string, args ...any) *awserr.Error

func malformedHeader(format string, args ...any) *awserr.Error {
	return malformedHeaderS3(format, args...)
}

func malformedParameter(format string, args ...any) *awserr.Error {
	return queryParametersS3("Error parsing the X-Amz-Credential parameter; "+format, args...)
}

// setCredential reads "keyid/day/region/service/aws4_request". The key's name
// may itself have slashes, for all that AWS says; its own have none.
func (s *Signature) setCredential(credential string, wrong malformed) error {
	parts, ok := cutCredential(credential)
	if !ok || parts[0] == "" {
		if forS3(credential) {
			return wrong(`the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)
		}
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", credential)
	}
	s.AccessKeyID, s.Region, s.Service = parts[0], parts[2], parts[3]
	return nil
}

// cutCredential cuts a credential into its five parts, if there are as many.
func cutCredential(credential string) (parts [5]string, ok bool) {
	if strings.Count(credential, "/") != len(parts)-1 {
		return parts, false
	}
	for i := range parts {
		parts[i], credential, _ = strings.Cut(credential, "/")
	}
	return parts, true
}

// setDate reads when the request was signed: X-Amz-Date, or else the Date
// header of HTTP.
func (s *Signature) setDate(amzDate, httpDate string) error {
	text := amzDate
	if text == "" {
		text = httpDate
	}
	if date, ok := parseStamp(text); ok {
		s.Date, s.stamp = date, text
		return nil
	}
	date, err := time.Parse(stampLayout, text)
	if err != nil && amzDate == "" {
		date, err = http.ParseTime(httpDate)
	}
	if err == nil && date.Year() >= 0 && date.Year() <= 9999 {
		s.Date = date.UTC()
		s.stamp = s.Date.Format(stampLayout)
		return nil
	}
	switch {
	case !isS3(s.Service):
		return incomplete("Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", text)
	case s.Presigned:
		return queryParametersS3(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
	}
	return deniedS3("AWS authentication requires a valid Date or x-amz-date header")
}

// parseStamp reads the usual form of a date, without the care that package time
// takes of all others. It leaves the last days of months to that.
func parseStamp(text string) (date time.Time, ok bool) {
	if len(text) != len(stampLayout) || text[8] != 'T' || text[15] != 'Z' {
		return date, false
	}
	number := func(from, to int) (n int) {
		for _, c := range []byte(text[from:to]) {
			if c < '0' || c > '9' {
				return -1
			}
			n = 10*n + int(c-'0')
		}
		return n
	}
	year, month, day := number(0, 4), number(4, 6), number(6, 8)
	hour, minute, second := number(9, 11), number(11, 13), number(13, 15)
	if year < 0 || month < 1 || month > 12 || day < 1 || day > 28 || hour < 0 || hour > 23 ||
		minute < 0 || minute > 59 || second < 0 || second > 59 {
		return date, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

// setExpires reads the life of a presigned request, in seconds. Only S3 insists
// on it.
func (s *Signature) setExpires(text string) error {
	if text == "" && !isS3(s.Service) {
		return nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	switch longest := int64(longestLife / time.Second); {
	case err != nil:
		return queryParametersS3("X-Amz-Expires should be a number")
	case seconds < 0:
		return queryParametersS3("X-Amz-Expires must be non-negative")
	case seconds > longest:
		return queryParametersS3("X-Amz-Expires must be less than a week (in seconds); that is, "+
			"the given X-Amz-Expires must be less than %d seconds", longest)
	}
	s.Expires = time.Duration(seconds) * time.Second
	return nil
}

// checkScope refuses a credential for another day than that of the request, or
// for something else than a request.
func (s *Signature) checkScope(credential string, wrong malformed) error {
	parts, _ := cutCredential(credential) // as setCredential did
	day, end, want := parts[1], parts[4], s.stamp[:len(dayLayout)]
	if isS3(s.Service) {
		switch {
		case !isDay(day):
			return wrong(`incorrect date format "%s". This date in the credential must be in the format "yyyyMMdd".`, day)
		case s.Region == "":
			return wrong("a non-empty region must be provided in the credential.")
		case end != terminator:
			return wrong(`incorrect terminal "%s". This endpoint uses "aws4_request".`, end)
		case day != want:
			return wrong(`Invalid credential date "%s". This date is not the same as X-Amz-Date: "%s".`, day, want)
		}
		return nil
	}
	var faults []string
	if end != terminator {
		faults = append(faults, "Credential should be scoped with a valid terminator: 'aws4_request', not '"+end+"'.")
	}
	if day != want {
		faults = append(faults, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+
			day+"' != '"+want+"', from '"+s.stamp+"'.")
	}
	if len(faults) > 0 {
		return invalid("%s", strings.Join(faults, " "))
	}
	return nil
}

func isDay(s string) bool {
	_, err := time.Parse(dayLayout, s)
	return err == nil
}

// setSignedHeaders reads "host;x-amz-date". Names given twice would let a
// short request become a long canonical one, so they are refused.
func (s *Signature) setSignedHeaders(r *http.Request, list string) error {
	s.SignedHeaders = strings.Split(strings.ToLower(list), ";")
	var signed nameSet
	for i, name := range s.SignedHeaders {
		if signed.has(name) {
			return invalid("Header '%s' is named twice in 'SignedHeaders'.", name)
		}
		signed.grow(s.SignedHeaders[:i+1])
	}
	if isS3(s.Service) {
		return checkSignedS3(r, signed)
	}
	if !signed.has("host") && !signed.has(":authority") {
		return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return nil
}

// nameSet is a set of names. A few are looked for one by one; of many, which
// nobody but an attacker sends, a map is made.
type nameSet struct {
	names []string
	many  map[string]bool
}

const fewNames = 32

func (s *nameSet) has(name string) bool {
	if s.many != nil {
		return s.many[name]
	}
	return slices.Contains(s.names, name)
}

// grow sets the names, which are one more than before.
func (s *nameSet) grow(names []string) {
	s.names = names
	switch {
	case s.many != nil:
		s.many[names[len(names)-1]] = true
	case len(names) == fewNames:
		s.many = make(map[string]bool, 2*fewNames)
		for _, name := range names {
			s.many[name] = true
		}
	}
}

// checkSignedS3 requires the headers to be signed by which S3 is told what to
// do. Otherwise whoever has a presigned URL could add some.
func checkSignedS3(r *http.Request, signed nameSet) error {
	var unsigned []string
	if !signed.has("host") && !signed.has(":authority") {
		unsigned = append(unsigned, "host")
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		required := strings.HasPrefix(name, "x-amz-") && name != "x-amz-content-sha256" || name == "content-md5"
		if required && !signed.has(name) {
			unsigned = append(unsigned, name)
		}
	}
	if len(unsigned) == 0 {
		return nil
	}
	slices.Sort(unsigned)
	return headersNotSignedS3(strings.Join(unsigned, ", "))
}
