package main

import (
	"strings"
	"testing"
)

func TestEnumOrderIsThatOfRecordedMessages(t *testing.T) {
	for _, tt := range []struct{ model, message string }{
		{"add remove replace move copy test", "add remove move test replace copy"},
		{"OK ALARM INSUFFICIENT_DATA", "INSUFFICIENT_DATA ALARM OK"},
		{"REGIONAL EDGE PRIVATE", "PRIVATE EDGE REGIONAL"},
		{"json plain w3c raw parquet", "w3c raw json plain parquet"},
		{"API AUTHORIZER MODEL RESOURCE METHOD PATH_PARAMETER QUERY_PARAMETER REQUEST_HEADER REQUEST_BODY RESPONSE RESPONSE_HEADER RESPONSE_BODY",
			"RESPONSE_BODY RESPONSE METHOD MODEL AUTHORIZER RESPONSE_HEADER RESOURCE PATH_PARAMETER REQUEST_BODY QUERY_PARAMETER API REQUEST_HEADER"},
		{"TRIM_HORIZON LATEST AT_TIMESTAMP", "LATEST AT_TIMESTAMP TRIM_HORIZON"},
	} {
		if got := strings.Join(enumOrder(strings.Fields(tt.model)), " "); got != tt.message {
			t.Errorf("enumOrder(%s)\n got %s\nwant %s", tt.model, got, tt.message)
		}
	}
}
