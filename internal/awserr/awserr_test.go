package awserr_test

import (
	"errors"
	"fmt"
	"testing"

	"cloudless/internal/awserr"
)

func TestFromKeepsTheRefusalThatAnErrorWraps(t *testing.T) {
	refusal := awserr.AccessDenied("no")
	got := awserr.From(fmt.Errorf("while asking: %w", refusal))
	if got != refusal {
		t.Errorf("From = %v, want %v", got, refusal)
	}
}

func TestFromTellsStrangersNothingOfOtherErrors(t *testing.T) {
	cause := errors.New("open /secret/path")
	got := awserr.From(cause)
	if got.Code != awserr.CodeInternalFailure || got.Status != 500 || got.Message != "internal error" {
		t.Errorf("From = %#v", got)
	}
	if !errors.Is(got, cause) {
		t.Error("the cause is lost")
	}
}

func TestErrorsOfTheSameCodeAreTheSameKind(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", awserr.Validation("one thing"))
	if !errors.Is(err, &awserr.Error{Code: awserr.CodeValidation}) {
		t.Error("errors.Is does not compare by code")
	}
	if errors.Is(err, &awserr.Error{Code: awserr.CodeAccessDenied}) {
		t.Error("errors.Is takes different codes for the same")
	}
}
