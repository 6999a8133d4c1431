package dynamodb

import (
	"slices"
	"strings"
	"testing"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

const musicARN = "arn:aws:dynamodb:us-east-1:000000000000:table/music"

func TestTheAuthorizerSeesThePolicyOfATable(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	const document = `{"Version": "2012-10-17",  "Statement": []}`
	put, err := f.PutResourcePolicy(t.Context(), alice, &ddb.PutResourcePolicyInput{ResourceArn: musicARN, Policy: document})
	if err != nil {
		t.Fatal(err)
	}
	f.judge.asked = []asked{}
	f.get(t, "music", item("pk", "a"))
	if facts := f.judge.asked[len(f.judge.asked)-1].facts; !slices.ContainsFunc(facts, func(fact api.Fact) bool { return fact.ResourcePolicy == document }) {
		t.Errorf("GetItem gave the authorizer %+v", facts)
	}
	got, err := f.GetResourcePolicy(t.Context(), alice, &ddb.GetResourcePolicyInput{ResourceArn: musicARN})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the document", *got.Policy, document)
	equal(t, "its revision", *got.RevisionId, *put.RevisionId)

	gone, err := f.DeleteResourcePolicy(t.Context(), alice, &ddb.DeleteResourcePolicyInput{ResourceArn: musicARN})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the revision that is gone", *gone.RevisionId, *put.RevisionId)
	_, err = f.GetResourcePolicy(t.Context(), alice, &ddb.GetResourcePolicyInput{ResourceArn: musicARN})
	refused(t, "GetResourcePolicy without one", err, "PolicyNotFoundException: Resource-based policy not found for the provided ResourceArn: "+musicARN)
}

func TestPutResourcePolicyHoldsToTheExpectedRevision(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	put := func(document string, expected *string) (string, error) {
		out, err := f.PutResourcePolicy(t.Context(), alice, &ddb.PutResourcePolicyInput{ResourceArn: musicARN, Policy: document, ExpectedRevisionId: expected})
		if err != nil {
			return "", err
		}
		return *out.RevisionId, nil
	}
	first, err := put("{}", new(noPolicy))
	if err != nil {
		t.Fatal(err)
	}
	_, err = put("{ }", new(noPolicy))
	refused(t, "a second first policy", err, "PolicyNotFoundException: The resource-based policy with the provided RevisionId was not found")
	same, err := put("{}", &first)
	equal(t, "the revision of the same document", same, first)
	if err != nil {
		t.Error(err)
	}
	_, err = put(strings.Repeat(" ", maxPolicyBytes+1), nil)
	refused(t, "a policy that is too long", err, "LimitExceededException: Policy size exceeds the limit of 20 KB")
}
