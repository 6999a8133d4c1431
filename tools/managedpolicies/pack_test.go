package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

const two = `{
	"B": {"Path": "/x/", "CreateDate": "2015-04-09T15:03:43+00:00", "UpdateDate": "2016-04-09T15:03:43+00:00",
		"DefaultVersionId": "v2", "Document": {"Statement": [{"Effect": "Allow"}], "Version": "2012-10-17"}},
	"A": {"Path": "/", "CreateDate": "2015-04-09T15:03:43+00:00", "UpdateDate": "2015-04-09T15:03:43+00:00",
		"DefaultVersionId": "v1", "Document": {"Version": "2012-10-17"}}}`

func TestPackDependsOnTheInputAlone(t *testing.T) {
	first, count, err := pack([]byte(two))
	if err != nil || count != 2 {
		t.Fatalf("pack = %d policies, %v, want 2", count, err)
	}
	for range 10 { // the order of a map changes from run to run
		if again, _, _ := pack([]byte(two)); !bytes.Equal(again, first) {
			t.Fatal("pack gave two results for one input")
		}
	}
}

func TestPackRefusesWhatIsNoJSON(t *testing.T) {
	for _, src := range []string{"", "{", "[]", `{"A": 1}`} {
		if _, _, err := pack([]byte(src)); err == nil {
			t.Errorf("pack(%s) took it", src)
		}
	}
}

func TestRunTellsWhichFileIsWrong(t *testing.T) {
	dir := t.TempDir()
	in := dir + "/in.json"
	if err := os.WriteFile(in, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(in, dir+"/out"); err == nil || !strings.Contains(err.Error(), in) {
		t.Errorf("run = %v, want an error that names %s", err, in)
	}
}
