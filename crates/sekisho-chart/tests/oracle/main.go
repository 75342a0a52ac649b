// Answers what Go and Helm make of templates: one case as a JSON object a line in, the same with what came out.
//
// A case holds "templates" (name to text), "values" (YAML, by default those of the file named as argument),
// "files" (name to text) and "render" (the name of the template to render, by default "t"); with "plain" the
// root holds no objects of the host. The answer adds
// "output", or "error" as text/template words it:
//
//	go run . ../cases/values.yaml < cases.jsonl
//
// With "functions" as argument it lists the functions that templates can call besides those of the language:
//
//	go run . functions > ../functions/names.txt
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"text/template"
	"time"
	_ "unsafe" // for the names that Helm does not export

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

//go:linkname initFunMap helm.sh/helm/v4/pkg/engine.Engine.initFunMap
func initFunMap(e engine.Engine, t *template.Template)

// rootData is what Helm hands to the templates of a chart, with the types that it has there.
func (c *testCase) rootData(values map[string]any, name string) (any, error) {
	source := &chart.Chart{
		Metadata:  &chart.Metadata{APIVersion: "v2", Name: "chart", Version: "1.2.3", AppVersion: "4.5.6"},
		Templates: []*common.File{{Name: "templates/capture", Data: []byte("{{ capture . }}")}},
	}
	for name, text := range c.Files {
		source.Files = append(source.Files, &common.File{Name: name, Data: []byte(text)})
	}
	options := common.ReleaseOptions{Name: "release", Namespace: "space", Revision: 1, IsInstall: true}
	vals, err := util.ToRenderValues(source, values, options, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	var captured any
	capture := func(data any) string {
		captured = data
		return ""
	}
	e := engine.Engine{CustomTemplateFuncs: template.FuncMap{"capture": capture}}
	if _, err := e.Render(source, vals); err != nil {
		return nil, err
	}
	captured.(common.Values)["Template"] = common.Values{"Name": name, "BasePath": "chart/templates"}
	return captured, nil
}

// defaultValues are those of cases that bring none.
var defaultValues []byte

type testCase struct {
	Templates map[string]string `json:"templates"`
	Values    *string           `json:"values,omitempty"`
	Files     map[string]string `json:"files,omitempty"`
	Render    string            `json:"render,omitempty"`
	Plain     bool              `json:"plain,omitempty"`
	Output    *string           `json:"output,omitempty"`
	Error     string            `json:"error,omitempty"`
}

// plainData is as much of it as any value can show.
func plainData(values map[string]any, name string) any {
	return common.Values{
		"Values": common.Values(values),
		"Release": map[string]any{
			"Name": "release", "Namespace": "space", "Revision": 1,
			"IsInstall": true, "IsUpgrade": false, "Service": "Helm",
		},
		"Chart":    map[string]any{"Name": "chart", "Version": "1.2.3", "AppVersion": "4.5.6"},
		"Template": common.Values{"Name": name, "BasePath": "chart/templates"},
	}
}

func (c *testCase) answer() (output string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	values := map[string]any{}
	text := defaultValues
	if c.Values != nil {
		text = []byte(*c.Values)
	}
	if err := yaml.Unmarshal(text, &values); err != nil {
		return "", fmt.Errorf("values: %w", err)
	}
	set := template.New("gotpl").Option("missingkey=zero")
	initFunMap(engine.Engine{}, set)
	var names []string
	for name := range c.Templates {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := set.New(name).Parse(c.Templates[name]); err != nil {
			return "", err
		}
	}
	name := c.Render
	if name == "" {
		name = "t"
	}
	data, err := c.rootData(values, name)
	if c.Plain {
		data = plainData(values, name)
	}
	if err != nil {
		return "", err
	}
	var rendered strings.Builder
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("panic: %v", r)
			}
		}()
		done <- set.ExecuteTemplate(&rendered, name, data)
	}()
	select {
	case err := <-done:
		if err != nil {
			return "", err
		}
	case <-time.After(20 * time.Second):
		return "", fmt.Errorf("panic: takes too long")
	}
	return strings.ReplaceAll(rendered.String(), "<no value>", ""), nil
}

// listFunctions prints the names of the functions that the engine registers.
func listFunctions() {
	set := template.New("gotpl")
	initFunMap(engine.Engine{}, set)
	functions := reflect.ValueOf(set).Elem().FieldByName("common").Elem().FieldByName("parseFuncs")
	var names []string
	for _, name := range functions.MapKeys() {
		names = append(names, name.String())
	}
	sort.Strings(names)
	fmt.Println(strings.Join(names, "\n"))
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "functions" {
		listFunctions()
		return
	}
	if len(os.Args) > 1 {
		var err error
		if defaultValues, err = os.ReadFile(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var c testCase
			if err := json.Unmarshal(line, &c); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			c.Output, c.Error = nil, ""
			if output, err := c.answer(); err != nil {
				c.Error = err.Error()
			} else {
				c.Output = &output
			}
			if err := encoder.Encode(c); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		if err != nil {
			return
		}
	}
}
