{{- define "functions.pair" -}}
{{ .key }}={{ .value }}
{{- end -}}
