package sigv4

import (
	"net/http"
	"slices"
	"strings"

	"cloudless/internal/awserr"
)

// Parse reads the signature of a request, from its Authorization header or its
// query string, and all that the signature covers but the body. The request
// must be as it was received: its target is read from RequestURI, so that the
// path is the one that was signed, byte for byte.
//
// Queries that Signature Version 2 presigned are read by [ParseV2] alone.
//
// A request without a signature gives [ErrUnsigned]. Other errors are
// *awserr.Error.
func Parse(r *http.Request) (*Signature, error) { return parse(r, rulesFor) }

func parse(r *http.Request, rulesOf func(service string) rules) (*Signature, error) {
	authorization := r.Header.Get("Authorization")
	var query map[string]string
	if raw := rawQuery(r); raw != "" {
		query = queryParameters(raw)
	}
	_, presigned := query[queryAlgorithm]
	switch {
	case authorization != "" && isV2(query) && forS3(authorization):
		return nil, twoMechanisms(authorization, "")
	case authorization != "" && presigned:
		return nil, twoMechanisms(authorization, query[queryCredential])
	case authorization != "":
		return parseHeader(r, authorization, rulesOf)
	case presigned:
		return parseQuery(r, query, rulesOf)
	}
	return nil, ErrUnsigned // by this version: see ParseV2
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
	parts, ok := readComponents(rest)
	if !ok && !forS3(authorization) {
		return nil, notKeyValue(authorization)
	}
	if err := requireComponents(r, parts, authorization); err != nil {
		return nil, err
	}

	s := &Signature{provided: parts.signature, SessionToken: r.Header.Get(headerToken)}
	if err := s.setCredential(parts.credential, malformedHeader); err != nil {
		return nil, err
	}
	if err := s.setDate(r.Header.Get(headerDate), r.Header.Get("Date")); err != nil {
		return nil, err
	}
	if err := s.checkScope(parts.credential, malformedHeader); err != nil {
		return nil, err
	}
	if err := s.setSignedHeaders(r, parts.signedHeaders); err != nil {
		return nil, err
	}
	if err := s.setPayload(r, r.Header.Get(headerSHA256)); err != nil {
		return nil, err
	}
	s.request, s.rules = r, rulesOf(s.Service)
	return s, nil
}

// components are the parts of an Authorization header.
type components struct{ credential, signedHeaders, signature string }

// readComponents reads "name=value" pairs with commas or blanks between. It
// tells whether they all are such pairs.
func readComponents(list string) (c components, ok bool) {
	ok = true
	for list != "" {
		end := 0
		for end < len(list) && !isSeparator(list[end]) {
			end++
		}
		part := list[:end]
		list = list[min(end+1, len(list)):] // a separator is one byte
		if part == "" {
			continue
		}
		name, value, isPair := strings.Cut(part, "=")
		ok = ok && isPair
		switch name {
		case "Credential":
			c.credential = value
		case "SignedHeaders":
			c.signedHeaders = value
		case "Signature":
			c.signature = value
		}
	}
	return c, ok
}

func isSeparator(c byte) bool { return c == ',' || isBlank(rune(c)) }

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

func requireComponents(r *http.Request, parts components, authorization string) error {
	var missing []string
	for _, part := range [...]struct{ name, value string }{
		{"Credential", parts.credential}, {"Signature", parts.signature}, {"SignedHeaders", parts.signedHeaders},
	} {
		if part.value == "" {
			missing = append(missing, "Authorization header requires '"+part.name+"' parameter.")
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
	s.request, s.rules, s.unsigned = r, rulesOf(s.Service), []string{querySignature}
	if s.rules.lateToken {
		s.unsigned = append(s.unsigned, queryToken)
	}
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
