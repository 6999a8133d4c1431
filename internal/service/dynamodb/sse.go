package dynamodb

import (
	"crypto/sha256"
	"fmt"
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// newSSE returns how a table is encrypted after a request: with a key of KMS,
// or nil for the way that needs no key and is not shown. was is how it is now.
func newSSE(where ref, spec *ddb.SSESpecification, was *sseRecord) (*sseRecord, error) {
	switch {
	case spec == nil:
		return was, nil
	case spec.SSEType == "AES256":
		return nil, awserr.Validation(invalidValues + "SSEType AES256 is not supported")
	case !isTrue(spec.Enabled) && (spec.KMSMasterKeyId != nil || spec.SSEType != ""):
		return nil, awserr.Validation(invalidValues + "SSEType and KMSMasterKeyId can only be specified when SSE is enabled")
	case !isTrue(spec.Enabled):
		return nil, nil
	case spec.KMSMasterKeyId == nil:
		return &sseRecord{KeyARN: where.kms("key/" + managedKeyID(where))}, nil
	}
	key := *spec.KMSMasterKeyId
	switch {
	case strings.HasPrefix(key, "arn:"):
	case strings.HasPrefix(key, "alias/"):
		key = where.kms(key)
	default:
		key = where.kms("key/" + key)
	}
	return &sseRecord{KeyARN: key}, nil
}

func (r ref) kms(resource string) string {
	return "arn:aws:kms:" + r.region + ":" + r.account + ":" + resource
}

// managedKeyID names the key that AWS manages for DynamoDB, of which an account
// has one in each region.
func managedKeyID(where ref) string {
	b := sha256.Sum256([]byte("alias/aws/dynamodb " + where.account + " " + where.region))
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

func (r *record) describeSSE() *ddb.SSEDescription {
	if r.SSE == nil {
		return nil
	}
	return &ddb.SSEDescription{Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: &r.SSE.KeyARN}
}
