// Oracle says what Kubernetes' own libraries make of texts, for the tables in ../integration/load.
//
//	go run . value  < texts.jsonl   each line a JSON string: a text, read as one YAML document
//	go run . stream < texts.jsonl   each line a JSON string: a text, read as kubectl reads a file
//	go run . print  < values.jsonl  each line a JSON value, written as YAML
//
// Each output line is a JSON object that repeats the input beside what became of it. Where the libraries
// leave the result to chance, as with keys that become the same text, the line is left out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	kubernetes "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type row struct {
	Text      *string           `json:"text,omitempty"`
	Value     json.RawMessage   `json:"value,omitempty"`
	JSON      json.RawMessage   `json:"json,omitempty"`
	Documents []json.RawMessage `json:"documents,omitempty"`
	YAML      *string           `json:"yaml,omitempty"`
	Error     string            `json:"error,omitempty"`
	Strict    string            `json:"strict_error,omitempty"`
}

func value(text string) row {
	out := row{Text: &text}
	found, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		out.Error = err.Error()
	} else {
		out.JSON = found
	}
	if _, err := yaml.YAMLToJSONStrict([]byte(text)); err != nil {
		out.Strict = err.Error()
	}
	return out
}

func stream(text string) row {
	out := row{Text: &text, Documents: []json.RawMessage{}}
	decoder := kubernetes.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), 4096)
	for {
		var document json.RawMessage
		err := decoder.Decode(&document)
		if err == io.EOF {
			return out
		}
		if err != nil {
			out.Error = err.Error()
			return out
		}
		document = bytes.TrimSpace(document)
		if len(document) > 0 && !bytes.Equal(document, []byte("null")) {
			out.Documents = append(out.Documents, document)
		}
	}
}

func print(raw []byte) row {
	out := row{Value: raw}
	var found any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&found); err != nil {
		out.Error = err.Error()
		return out
	}
	text, err := yaml.Marshal(settle(found))
	if err != nil {
		out.Error = err.Error()
		return out
	}
	printed := string(text)
	out.YAML = &printed
	return out
}

// settle makes integers and floats of the numbers, as they are in a chart's values.
func settle(value any) any {
	switch value := value.(type) {
	case json.Number:
		var integer int64
		if json.Unmarshal([]byte(value), &integer) == nil {
			return integer
		}
		var large uint64
		if json.Unmarshal([]byte(value), &large) == nil {
			return large
		}
		float, _ := value.Float64()
		return float
	case []any:
		for index := range value {
			value[index] = settle(value[index])
		}
	case map[string]any:
		for key := range value {
			value[key] = settle(value[key])
		}
	}
	return value
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: oracle value|stream|print")
		os.Exit(2)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		run := func() row {
			if os.Args[1] == "print" {
				return print(bytes.Clone(lines.Bytes()))
			}
			var text string
			if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
				panic(err)
			}
			if os.Args[1] == "stream" {
				return stream(text)
			}
			return value(text)
		}
		found := run()
		first, _ := json.Marshal(found)
		certain := true
		for range 8 {
			again, _ := json.Marshal(run())
			certain = certain && bytes.Equal(first, again)
		}
		if certain {
			if err := encoder.Encode(found); err != nil {
				panic(err)
			}
		}
	}
}
