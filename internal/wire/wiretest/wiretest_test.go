package wiretest_test

import (
	"testing"

	"cloudless/internal/wire"
	"cloudless/internal/wire/awsjson"
	"cloudless/internal/wire/awsquery"
	"cloudless/internal/wire/restjson"
	"cloudless/internal/wire/restxml"
	"cloudless/internal/wire/wiretest"
)

// codecs are all there are.
var codecs = map[wire.Protocol]wire.Codec{
	wire.AWSJSON10: new(awsjson.Codec),
	wire.AWSJSON11: new(awsjson.Codec),
	wire.AWSQuery:  awsquery.Codec{},
	wire.RestJSON:  restjson.Codec{},
	wire.RestXML:   restxml.Codec{},
}

func TestCodecsConform(t *testing.T) {
	for p, codec := range codecs {
		t.Run(string(p), func(t *testing.T) { wiretest.Conforms(t, codec, p) })
	}
}
