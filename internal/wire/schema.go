// Package wire is how AWS's APIs are written on the wire: what a shape is
// ([Shape]), which operation a request names ([Router]), whether a decoded
// input keeps its model's constraints ([Validate]), and what a protocol has to
// be able to do ([Codec]).
//
// The work divides so:
//
//   - schema.go: the tables that tools/apigen fills from AWS's models;
//   - codec.go:  what a codec is given and what it gives back;
//   - router.go: URI patterns of the REST protocols;
//   - validate.go, constraint.go, pattern.go, path.go, show.go: constraints, with AWS's
//     wording;
//   - body.go, budget.go, answer.go: bodies in and out, and the memory that one request may take;
//   - timestamp.go: the three ways in which AWS writes a time;
//   - text.go: scalars as text, for everything that is not JSON.
//
// The protocols are sub-packages: awsjson, restjson, restxml and awsquery are
// codecs; jsonshape, xmlshape and restbind are what two of them share; eventstream
// writes answers that are streams of events; jsonscan is for the inputs and outputs
// that read and write themselves.
//
// The package serves every service alike: whatever it knows of one, it knows
// from the schema that it is handed.
package wire

import (
	"cmp"
	"reflect"
	"strings"
)

// Protocol is one of AWS's ways of writing requests and answers.
type Protocol string

// The protocols.
const (
	AWSJSON10 Protocol = "awsJson1_0"
	AWSJSON11 Protocol = "awsJson1_1"
	RestJSON  Protocol = "restJson1"
	RestXML   Protocol = "restXml"
	AWSQuery  Protocol = "awsQuery"
)

// Service is the model of one AWS service.
type Service struct {
	Name         string // our package's name: "dynamodb"
	SigningName  string // what signatures call it, where that is not Name: see Scope
	ID           string // AWS's service id: "DynamoDB"
	Protocol     Protocol
	APIVersion   string // "2012-08-10"
	TargetPrefix string // of X-Amz-Target, "DynamoDB_20120810"; JSON protocols alone
	XMLNamespace string
	Operations   []Operation
	Shapes       []Shape

	// InternalError is the service's own code for a failure of its own, or "".
	InternalError string

	// BareErrors says that the root of an error is <Error>, as S3 has it, and
	// not <ErrorResponse>.
	BareErrors bool

	// PrefixedPaths says that validation messages put the operation before the
	// path of a member of the body: 'createRestApiInput.name'. API Gateway does.
	PrefixedPaths bool

	// HiddenValues says that validation messages repeat no value: "Value at
	// 'roleName' failed to …". IAM does.
	HiddenValues bool

	// Milliseconds says that times in XML have them even where they are zero.
	// S3's do.
	Milliseconds bool
}

// Scope is the service's name in the scope of a signature. DynamoDB and its
// streams share one.
func (s *Service) Scope() string { return cmp.Or(s.SigningName, s.Name) }

// Operation is one operation of a service.
type Operation struct {
	Name          string
	Method        string
	URI           string // pattern such as "/restapis/{restapi_id}?mode=import"
	Status        int    // of a successful answer
	Input, Output Ref    // structures
	ResultWrapper string // awsQuery: the element around the output
	InputRoot     string // restXml: the element that is the body
	Unwrapped     bool   // restXml: the only member is the root element itself
	UnsignedBody  bool
	Anonymous     bool // needs no signature

	// InvalidInput is the code of the refusal of an input that breaks the
	// model's constraints. "" means ValidationException.
	InvalidInput string
}

// Ref is a shape's index in [Service.Shapes].
type Ref int

// Kind is what sort of value a shape describes.
type Kind uint8

// The kinds, with the Go types that hold them. A required scalar is held by
// value, an optional one by pointer; an enumeration is always a string, in
// which "" means absent.
const (
	Structure   Kind = iota // struct; by pointer as a member
	List                    // slice; nil is absent
	Map                     // map with string keys; nil is absent
	String                  // string or *string
	Enum                    // string
	Blob                    // []byte; nil is absent
	Stream                  // io.ReadCloser
	Boolean                 // bool or *bool
	Integer                 // int64 or *int64, of 32 bits
	Long                    // int64 or *int64
	Float                   // float64 or *float64
	Double                  // float64 or *float64
	Timestamp               // time.Time or *time.Time
	EventStream             // Events; carried in answers
)

// Shape is one type of a service's model.
type Shape struct {
	Name    string
	Kind    Kind
	Checked bool // it or something beneath it has constraints

	// Of a structure. Members stand in the order of the Go struct's fields.
	Members []Member
	Payload string     // the member that is the body, or the payload of an event, or ""
	XMLName string     // the element's own name as a root, or ""
	Error   *ErrorInfo // set if the structure is an error

	// Of lists and maps.
	Element   Ref    // a list's element, a map's value
	Key       Ref    // a map's key
	ItemName  string // XML: name of an element ("member" by default) or a map's value
	KeyName   string // XML: name of a map's key
	Flattened bool   // XML: without an element around it

	// Constraints of scalars, and of the length of lists, maps and blobs.
	Min, Max       float64
	HasMin, HasMax bool
	Pattern        string
	Enum           []string // in the order in which AWS's messages list them; empty if the service itself checks
	Filled         bool     // a list whose refusal says as well that no element may be null
	Sensitive      bool     // messages do not repeat the value
	Words          Words

	TimestampFormat string // "iso8601", "unixTimestamp", "rfc822", or "" for the place's own
}

// Words are what a service answers in place of the usual message where a value
// breaks a constraint. "%s" stands for the name of the member.
type Words struct {
	Pattern string // for a text that does not match the pattern
	TooLong string // for one that is longer than Max
}

// Location is the part of an HTTP message where a member is carried.
type Location uint8

// The locations.
const (
	InBody Location = iota
	InHeader
	InHeaders // all headers with a prefix, as a map
	InURI
	InQuery
	InStatus
)

// Member is one member of a structure.
type Member struct {
	Name      string // in the model
	Wire      string // on the wire, when it differs from Name
	Shape     Ref
	In        Location
	Required  bool
	Missing   string // what is answered when it is required and absent, or "" for the usual message
	Terse     bool   // messages repeat no value and spell the path as the model does
	Flattened bool   // XML
	Attribute bool   // XML: an attribute of the element

	XMLNamespace    string // XML: the namespace that the element declares
	XMLPrefix       string // XML: the prefix of that namespace
	TimestampFormat string
}

// WireName returns the member's name on the wire.
func (m *Member) WireName() string {
	if m.Wire != "" {
		return m.Wire
	}
	return m.Name
}

// FlattenedWireName returns what each element of a flattened list is called:
// the list's own name for them, if it has one, or else the member's. Entries
// of a flattened map have the member's.
func (m *Member) FlattenedWireName(s *Shape) string {
	if s.Kind == List && s.ItemName != "" {
		return s.ItemName
	}
	return m.WireName()
}

// ItemWireName returns what a list's element is called in XML and in forms.
func (s *Shape) ItemWireName() string { return cmp.Or(s.ItemName, "member") }

// KeyWireName returns what a map's key is called in XML and in forms.
func (s *Shape) KeyWireName() string { return cmp.Or(s.KeyName, "key") }

// ValueWireName returns what a map's value is called in XML and in forms.
func (s *Shape) ValueWireName() string { return cmp.Or(s.ItemName, "value") }

// Fits reports whether a Go struct has the fields of the structure. The detail
// of an error may be another struct: services say more than their models do.
func (s *Shape) Fits(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() != len(s.Members) {
		return false
	}
	for i := range s.Members {
		if !strings.EqualFold(s.Members[i].Name, t.Field(i).Name) {
			return false
		}
	}
	return true
}

// ErrorInfo is what the model says of an error.
type ErrorInfo struct {
	Code    string
	Status  int
	Message string // how the model spells the member that is the message
}

// Shape returns the shape that r refers to.
func (s *Service) Shape(r Ref) *Shape { return &s.Shapes[r] }

// Operation returns the operation of that name, or nil.
func (s *Service) Operation(name string) *Operation {
	for i := range s.Operations {
		if s.Operations[i].Name == name {
			return &s.Operations[i]
		}
	}
	return nil
}

// ErrorShape returns the structure of the error with that code, or nil.
func (s *Service) ErrorShape(code string) *Shape {
	for i := range s.Shapes {
		if e := s.Shapes[i].Error; e != nil && e.Code == code {
			return &s.Shapes[i]
		}
	}
	return nil
}
