package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/awserr"
)

// Parse reads the signature of a request, from its Authorization header or its
// query string, and all that the signature covers but the body. The request
// must be as it was received: its target is read from RequestURI, so that the
// path is the one that was signed, byte for byte.
//
// A request without a signature gives [ErrUnsigned]. Other errors are
// *awserr.Error.
func Parse(r *http.Request) (*Signature, error) { return parse(r, rulesFor) }

func parse(r *http.Request, rulesOf func(service string) rules) (*Signature, error) {
	authorization := r.Header.Get("Authorization")
	query := queryParameters(rawQuery(r))
	_, presigned := query[queryAlgorithm]
	_, hasKey := query["AWSAccessKeyId"]
	_, hasSignature := query["Signature"]
	switch {
	case authorization != "" && presigned:
		return nil, twoMechanisms(authorization, query[queryCredential])
	case authorization != "":
		return parseHeader(r, authorization, rulesOf)
	case presigned:
		return parseQuery(r, query, rulesOf)
	case hasKey && hasSignature:
		return nil, signatureVersion2()
	}
	return nil, ErrUnsigned
}

// queryParameters returns the first value of each parameter.
func queryParameters(raw string) map[string]string {
	m := map[string]string{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		if name = unescapeQuery(name); m[name] == "" {
			m[name] = unescapeQuery(value)
		}
	}
	return m
}

// forS3 guesses whether a credential is meant for S3, also where it is too
// broken to be read, so that the refusal is in the words of the right service.
func forS3(credential string) bool { return strings.Contains(credential, "/s3/") }

func twoMechanisms(authorization, credential string) error {
	if forS3(authorization) || forS3(credential) {
		return argumentS3("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "+
			"Signature query string parameter or the Authorization header should be specified", "Authorization", authorization)
	}
	return invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
}

// parseHeader reads the header form:
//
//	AWS4-HMAC-SHA256 Credential=key/day/region/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=hex
func parseHeader(r *http.Request, authorization string, rulesOf func(string) rules) (*Signature, error) {
	scheme, rest, _ := strings.Cut(authorization, " ")
	if err := checkScheme(scheme, authorization); err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for part := range strings.FieldsFuncSeq(rest, func(c rune) bool { return c == ',' || isBlank(c) }) {
		name, value, ok := strings.Cut(part, "=")
		if !ok && !forS3(authorization) {
			return nil, notKeyValue(authorization)
		}
		parts[name] = value
	}
	if err := requireComponents(r, parts, authorization); err != nil {
		return nil, err
	}

	s := &Signature{provided: parts["Signature"], SessionToken: r.Header.Get(headerToken)}
	if err := s.setCredential(parts["Credential"], malformedHeader); err != nil {
		return nil, err
	}
	if err := s.setDate(r.Header.Get(headerDate), r.Header.Get("Date")); err != nil {
		return nil, err
	}
	if err := s.checkScope(parts["Credential"], malformedHeader); err != nil {
		return nil, err
	}
	if err := s.setSignedHeaders(r, parts["SignedHeaders"]); err != nil {
		return nil, err
	}
	if err := s.setPayload(r, r.Header.Get(headerSHA256)); err != nil {
		return nil, err
	}
	s.canonical = canonicalHead(r, s.SignedHeaders, nil, rulesOf(s.Service))
	return s, nil
}

// checkScheme refuses the schemes of others: what is no signature of AWS at
// all counts as missing.
func checkScheme(scheme, authorization string) error {
	switch {
	case scheme == algorithm:
		return nil
	case scheme == algorithmAsymmetric:
		return awserr.Unsupported("Signature Version 4A (" + algorithmAsymmetric + ")")
	case scheme == "AWS":
		return signatureVersion2()
	case forS3(authorization):
		return argumentS3("Unsupported Authorization Type", "Authorization", authorization)
	case strings.HasPrefix(scheme, "AWS4-"):
		return incomplete("Unsupported AWS 'algorithm': '%s'.", scheme)
	}
	return MissingAuthenticationToken()
}

func requireComponents(r *http.Request, parts map[string]string, authorization string) error {
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if parts[name] == "" {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	if forS3(authorization) {
		if len(missing) > 0 {
			return malformedHeaderS3("the authorization header requires three components: Credential, SignedHeaders, and Signature.")
		}
		return nil
	}
	if r.Header.Get(headerDate) == "" && r.Header.Get("Date") == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if len(missing) > 0 {
		return missingComponents(missing, authorization)
	}
	return nil
}

// parseQuery reads the presigned form.
func parseQuery(r *http.Request, query map[string]string, rulesOf func(string) rules) (*Signature, error) {
	s3 := forS3(query[queryCredential])
	switch a := query[queryAlgorithm]; {
	case a == algorithmAsymmetric:
		return nil, awserr.Unsupported("Signature Version 4A (" + algorithmAsymmetric + ")")
	case a != algorithm && s3:
		return nil, queryParametersS3(`X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"`)
	case a != algorithm && a != "":
		return nil, incomplete("Unsupported AWS 'algorithm': '%s'.", a)
	}
	if err := requireParameters(query, s3); err != nil {
		return nil, err
	}

	s := &Signature{Presigned: true, provided: query[querySignature], SessionToken: query[queryToken]}
	if err := s.setCredential(query[queryCredential], malformedParameter); err != nil {
		return nil, err
	}
	if err := s.setDate(query[queryDate], ""); err != nil {
		return nil, err
	}
	if err := s.setExpires(query[queryExpires]); err != nil {
		return nil, err
	}
	if err := s.checkScope(query[queryCredential], malformedParameter); err != nil {
		return nil, err
	}
	if err := s.setSignedHeaders(r, query[querySignedHeaders]); err != nil {
		return nil, err
	}
	declared := r.Header.Get(headerSHA256)
	if declared == "" {
		declared = query[querySHA256]
	}
	if err := s.setPayload(r, declared); err != nil {
		return nil, err
	}
	ru, without := rulesOf(s.Service), []string{querySignature}
	if ru.lateToken {
		without = append(without, queryToken)
	}
	s.canonical = canonicalHead(r, s.SignedHeaders, without, ru)
	return s, nil
}

func requireParameters(query map[string]string, s3 bool) error {
	names := []string{queryAlgorithm, queryCredential, querySignature, querySignedHeaders, queryDate}
	if s3 {
		names = append(names, queryExpires)
	}
	missing := slices.DeleteFunc(names, func(name string) bool { return query[name] != "" })
	switch {
	case len(missing) == 0:
		return nil
	case s3:
		return queryParametersS3("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
			"X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
	}
	return missingParameters(missing)
}

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
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[0] == "" {
		if forS3(credential) {
			return wrong(`the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)
		}
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", credential)
	}
	s.AccessKeyID, s.Region, s.Service = parts[0], parts[2], parts[3]
	return nil
}

// setDate reads when the request was signed: X-Amz-Date, or else the Date
// header of HTTP.
func (s *Signature) setDate(amzDate, httpDate string) error {
	text := amzDate
	if text == "" {
		text = httpDate
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
	parts := strings.Split(credential, "/")
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
	signed := make(map[string]bool, len(s.SignedHeaders))
	for _, name := range s.SignedHeaders {
		if signed[name] {
			return invalid("Header '%s' is named twice in 'SignedHeaders'.", name)
		}
		signed[name] = true
	}
	if isS3(s.Service) {
		return checkSignedS3(r, signed)
	}
	if !signed["host"] && !signed[":authority"] {
		return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return nil
}

// checkSignedS3 requires the headers to be signed by which S3 is told what to
// do. Otherwise whoever has a presigned URL could add some.
func checkSignedS3(r *http.Request, signed map[string]bool) error {
	var unsigned []string
	if !signed["host"] && !signed[":authority"] {
		unsigned = append(unsigned, "host")
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		required := strings.HasPrefix(name, "x-amz-") && name != "x-amz-content-sha256" || name == "content-md5"
		if required && !signed[name] {
			unsigned = append(unsigned, name)
		}
	}
	if len(unsigned) == 0 {
		return nil
	}
	slices.Sort(unsigned)
	return headersNotSignedS3(strings.Join(unsigned, ", "))
}
