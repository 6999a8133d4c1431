package apigateway

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// ImportApiKeys makes API keys of the lines of a file, and gives them to the
// usage plans that these name. A key whose value there is already is changed.
// What is wrong with a line is told as a warning, unless the caller wants none
// of the keys then.
func (s *Service) ImportApiKeys(ctx context.Context, call *api.Call, in *agw.ImportApiKeysRequest) (*agw.ApiKeyIds, error) {
	if err := s.authorize(ctx, call, "POST", "apikeys"); err != nil {
		return nil, err
	}
	lines, err := readKeyFile(in.Body)
	if err != nil {
		return nil, err
	}
	out := &agw.ApiKeyIds{Ids: []string{}, Warnings: []string{}}
	claims := kv.Claims{}
	made := make([]*keyRecord, len(lines))
	for i, line := range lines {
		if made[i], err = s.newKey(&line.name, &line.description, &line.key, nil, line.enabled); err != nil {
			out.Warnings = append(out.Warnings, fmt.Sprintf("Line %d: %s", line.number, awserr.From(err).Message))
			made[i] = nil
			continue
		}
		claims.Write = append(claims.Write, keyClaims(call, made[i]).Write...)
		for _, plan := range line.plans {
			claims.Write = append(claims.Write, usagePlans.key(call, plan))
		}
	}
	if len(out.Warnings) > 0 && deref(in.FailOnWarnings) {
		return nil, agw.BadRequestException(strings.Join(out.Warnings, "; "))
	}
	wrong := slices.Clone(out.Warnings)
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		out.Ids, out.Warnings = []string{}, slices.Clone(wrong)
		for i, k := range made {
			if k == nil {
				continue
			}
			warning, err := importKey(tx, call, k, lines[i].plans)
			if err != nil {
				return err
			}
			if warning != "" {
				out.Warnings = append(out.Warnings, fmt.Sprintf("Line %d: %s", lines[i].number, warning))
			}
			out.Ids = append(out.Ids, *k.Key.Id)
		}
		if len(out.Warnings) > 0 && deref(in.FailOnWarnings) {
			return agw.BadRequestException(strings.Join(out.Warnings, "; "))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// importKey files one key, in place of the one that has its value.
func importKey(tx kv.Tx, call *api.Call, k *keyRecord, plans []string) (warning string, err error) {
	id, err := tx.Get(keyValues.key(call, *k.Key.Value))
	if orElse(err, nil) != nil {
		return "", err
	}
	if err == nil {
		old, err := findKey(tx, call, string(id))
		if err != nil {
			return "", err
		}
		old.Key.Name, old.Key.Description, old.Key.Enabled, old.Key.LastUpdatedDate = k.Key.Name, k.Key.Description, k.Key.Enabled, k.Key.LastUpdatedDate
		*k = *old
		if err := save(tx, apiKeys.key(call, *k.Key.Id), k); err != nil {
			return "", err
		}
	} else if err := addKey(tx, call, k); err != nil {
		return "", err
	}
	for _, plan := range plans {
		if slices.Contains(k.Plans, plan) {
			continue
		}
		if err := attachKey(tx, call, plan, k); err != nil {
			return awserr.From(err).Message, onlyInternal(err)
		}
	}
	return "", nil
}

// onlyInternal returns err unless it is a refusal that the caller is told of.
func onlyInternal(err error) error {
	if awserr.From(err).Status < 500 {
		return nil
	}
	return err
}

// keyLine is one line of a file of API keys.
type keyLine struct {
	number                 int // in the file, where the columns are in line 1
	name, key, description string
	enabled                bool
	plans                  []string
}

// maxKeyLines bounds the keys that are imported at once.
const maxKeyLines = 2000

// readKeyFile reads a file of API keys: values that commas separate, with the
// names of the columns in the first line, in any order and any case.
func readKeyFile(body []byte) ([]keyLine, error) {
	r := csv.NewReader(bytes.NewReader(body))
	r.TrimLeadingSpace, r.LazyQuotes, r.FieldsPerRecord = true, true, -1
	header, err := r.Read()
	if err != nil {
		return nil, badKeyFile("no columns")
	}
	columns := map[string]int{}
	for i, name := range header {
		columns[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range []string{"name", "key"} {
		if _, found := columns[name]; !found {
			return nil, badKeyFile("no column " + name)
		}
	}
	var lines []keyLine
	for n := 2; ; n++ {
		fields, err := r.Read()
		if err == io.EOF {
			return lastOfEachKey(lines), nil
		}
		if err != nil || len(lines) == maxKeyLines {
			return nil, badKeyFile("a line cannot be read, or there are too many")
		}
		line := readKeyLine(columns, fields)
		line.number = n
		lines = append(lines, line)
	}
}

// lastOfEachKey leaves out lines whose key a later one has as well.
func lastOfEachKey(lines []keyLine) []keyLine {
	last := map[string]int{}
	for i, line := range lines {
		last[line.key] = i
	}
	var out []keyLine
	for i, line := range lines {
		if last[line.key] == i {
			out = append(out, line)
		}
	}
	return out
}

func readKeyLine(columns map[string]int, fields []string) keyLine {
	field := func(name string) string {
		if i, found := columns[name]; found && i < len(fields) {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	line := keyLine{name: field("name"), key: field("key"), description: field("description"), enabled: !strings.EqualFold(field("enabled"), "false")}
	for plan := range strings.SplitSeq(strings.Trim(field("usageplanids"), `'"`), ",") {
		if plan = strings.TrimSpace(plan); plan != "" && !slices.Contains(line.plans, plan) {
			line.plans = append(line.plans, plan)
		}
	}
	return line
}

func badKeyFile(why string) error {
	return agw.BadRequestException("Failed to parse API keys from the provided body: " + why)
}
