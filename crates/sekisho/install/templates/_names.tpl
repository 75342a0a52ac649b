{{- define "sekisho.labels" -}}
app.kubernetes.io/name: sekisho
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "sekisho.selector" -}}
app.kubernetes.io/name: sekisho
app.kubernetes.io/component: admission
{{- end -}}

{{- define "sekisho.controllerSelector" -}}
app.kubernetes.io/name: sekisho
app.kubernetes.io/component: controller
{{- end -}}

{{/* A volume is one replica's. */}}
{{- define "sekisho.controllerReplicas" -}}
{{- if .Values.controller.store.volume.create }}1{{ else }}{{ .Values.controller.replicas }}{{ end -}}
{{- end -}}

{{- define "sekisho.image" -}}
{{- $repository := required "name the image: image.repository" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "sekisho.exemptNamespaces" -}}
{{- prepend .Values.webhooks.excludedNamespaces .Release.Namespace | uniq | toJson -}}
{{- end -}}

{{- define "sekisho.privilegedNamespaces" -}}
{{- concat (list .Release.Namespace) .Values.webhooks.excludedNamespaces .Values.criticalPolicies.excludedNamespaces | uniq | toJson -}}
{{- end -}}

{{/* Requests that keep the cluster itself alive are never asked about. */}}
{{- define "sekisho.conditions" -}}
- name: not-leases
  expression: request.resource.group != 'coordination.k8s.io'
- name: not-events
  expression: "!(request.resource.resource == 'events' && request.resource.group in ['', 'events.k8s.io'])"
- name: not-nodes
  expression: "!(request.resource.resource in ['nodes', 'csinodes', 'certificatesigningrequests'])"
- name: not-endpoints
  expression: "!(request.resource.resource in ['endpoints', 'endpointslices'])"
- name: not-reviews
  expression: "!(request.resource.group in ['authentication.k8s.io', 'authorization.k8s.io'])"
- name: not-itself
  expression: request.userInfo.username != 'system:serviceaccount:{{ .Release.Namespace }}:sekisho-admission'
{{- end -}}

{{- define "sekisho.client" -}}
clientConfig:
  # The authority is put in by the webhook itself, which makes it and keeps it up.
  service:
    name: sekisho-admission
    namespace: {{ .root.Release.Namespace }}
    port: 443
    path: {{ .path }}
{{- end -}}
