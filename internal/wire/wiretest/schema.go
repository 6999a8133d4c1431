package wiretest

import (
	"time"

	"cloudless/internal/wire"
)

// Thing has a member of every kind. It is both input and output of the
// operation PutThing.
type Thing struct {
	Name      string // required
	Note      *string
	Colour    string
	Data      []byte
	On        *bool
	Count     *int64
	Total     *int64
	Ratio     *float64
	At        *time.Time
	Seconds   *time.Time
	Formatted *time.Time
	Renamed   *string
	Inner     *Thing
	Things    []Thing
	Words     []string
	Flat      []string
	FlatNamed []string
	Items     []string
	Lists     [][]string
	Map       map[string]string
	MapNamed  map[string]string
	MapFlat   map[string]string
	MapThings map[string]Thing
}

const (
	atThing wire.Ref = iota
	atString
	atColour
	atBlob
	atBool
	atInteger
	atLong
	atDouble
	atTime
	atFormatted
	atThings
	atWords
	atNamedWords
	atLists
	atMap
	atMapNamed
	atMapThings
)

// Schema returns the schema of the service in a protocol.
func Schema(p wire.Protocol) *wire.Service {
	return &wire.Service{
		Name: "things", ID: "Things", Protocol: p, APIVersion: "2020-01-08", TargetPrefix: "Things", XMLNamespace: "https://things.test/",
		Operations: []wire.Operation{{Name: "PutThing", Method: "POST", URI: "/things", Status: 200,
			Input: atThing, Output: atThing, ResultWrapper: "PutThingResult"}},
		Shapes: []wire.Shape{
			atThing: {Name: "Thing", Kind: wire.Structure, Members: []wire.Member{
				{Name: "Name", Shape: atString, Required: true},
				{Name: "Note", Shape: atString},
				{Name: "Colour", Shape: atColour},
				{Name: "Data", Shape: atBlob},
				{Name: "On", Shape: atBool},
				{Name: "Count", Shape: atInteger},
				{Name: "Total", Shape: atLong},
				{Name: "Ratio", Shape: atDouble},
				{Name: "At", Shape: atTime},
				{Name: "Seconds", Shape: atTime, TimestampFormat: wire.UnixTimestamp},
				{Name: "Formatted", Shape: atFormatted},
				{Name: "Renamed", Wire: "other-name", Shape: atString},
				{Name: "Inner", Shape: atThing},
				{Name: "Things", Shape: atThings},
				{Name: "Words", Shape: atWords},
				{Name: "Flat", Shape: atWords, Flattened: true},
				{Name: "FlatNamed", Wire: "flat", Shape: atWords, Flattened: true},
				{Name: "Items", Shape: atNamedWords},
				{Name: "Lists", Shape: atLists},
				{Name: "Map", Shape: atMap},
				{Name: "MapNamed", Shape: atMapNamed},
				{Name: "MapFlat", Shape: atMap, Flattened: true},
				{Name: "MapThings", Shape: atMapThings},
			}},
			atString:     {Name: "String", Kind: wire.String},
			atColour:     {Name: "Colour", Kind: wire.Enum, Enum: []string{"red", "blue"}},
			atBlob:       {Name: "Blob", Kind: wire.Blob},
			atBool:       {Name: "Bool", Kind: wire.Boolean},
			atInteger:    {Name: "Integer", Kind: wire.Integer},
			atLong:       {Name: "Long", Kind: wire.Long},
			atDouble:     {Name: "Double", Kind: wire.Double},
			atTime:       {Name: "Time", Kind: wire.Timestamp},
			atFormatted:  {Name: "Formatted", Kind: wire.Timestamp, TimestampFormat: wire.RFC822},
			atThings:     {Name: "Things", Kind: wire.List, Element: atThing},
			atWords:      {Name: "Words", Kind: wire.List, Element: atString},
			atNamedWords: {Name: "NamedWords", Kind: wire.List, Element: atString, ItemName: "item"},
			atLists:      {Name: "Lists", Kind: wire.List, Element: atWords},
			atMap:        {Name: "Map", Kind: wire.Map, Key: atString, Element: atString},
			atMapNamed:   {Name: "MapNamed", Kind: wire.Map, Key: atString, Element: atString, KeyName: "Attribute", ItemName: "Setting"},
			atMapThings:  {Name: "MapThings", Kind: wire.Map, Key: atString, Element: atThing},
		},
	}
}
