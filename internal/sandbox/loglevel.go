package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
)

// formatJSON is the format of a log in which each line is JSON.
const formatJSON = "JSON"

// level is how much a message of a log matters.
type level int

// The levels, from the least on.
const (
	levelTrace level = iota
	levelDebug
	levelInfo
	levelWarn
	levelError
	levelFatal
)

// levelNames are AWS's names of them.
var levelNames = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}

// parseLevel returns the level of that name, in whatever case; INFO if there is none.
func parseLevel(name string) level {
	if i := slices.Index(levelNames, strings.ToUpper(name)); i >= 0 {
		return level(i)
	}
	return levelInfo
}

// levelOf is the level of the end of a phase: a warning, unless it went well.
func levelOf(status string, usual level) level {
	if status != statusSuccess {
		return levelWarn
	}
	return usual
}

// json returns the event as a line of a log that is JSON, or "" if such a log of
// the function does not have it.
func (e *platformEvent) json(o *output) string {
	record := e.record
	if record == nil {
		record = e.logsRecord
	}
	if e.textOnly || record == nil || e.level < parseLevel(o.key.fn.SystemLogLevel) {
		return ""
	}
	return string(envelope(o.clock.Now(), e.kind, record)) + "\n"
}

// objectOf returns a printed line that is a JSON object as such, or nil.
func objectOf(message string) json.RawMessage {
	text := strings.TrimSpace(message)
	if !strings.HasPrefix(text, "{") || !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}

// printedLevel is that of a printed JSON object: what it says itself.
func printedLevel(object json.RawMessage) level {
	var said struct {
		Level any `json:"level"`
	}
	_ = json.Unmarshal(object, &said) // it is valid
	name, _ := said.Level.(string)
	return parseLevel(name)
}
