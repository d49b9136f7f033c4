{{/* The names of everything start with this. */}}
{{- define "gourmetgram.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{/* A component is a folder of templates. */}}
{{- define "gourmetgram.component" -}}
{{ .Template.Name | dir | base }}
{{- end }}

{{- define "gourmetgram.name" -}}
{{ include "gourmetgram.fullname" . }}-{{ include "gourmetgram.component" . }}
{{- end }}

{{/* InferenceService; KServe calls what it makes <this>-predictor. */}}
{{- define "gourmetgram.inferenceService" -}}
{{ include "gourmetgram.fullname" . }}-food11
{{- end }}

{{- define "gourmetgram.releaseLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gourmetgram.selectorLabels" -}}
{{ include "gourmetgram.releaseLabels" . }}
app.kubernetes.io/component: {{ include "gourmetgram.component" . }}
{{- end }}

{{- define "gourmetgram.labels" -}}
{{ include "gourmetgram.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Image of one of our processes; takes (list $ "webapp"). */}}
{{- define "gourmetgram.image" -}}
{{- $root := index . 0 -}}
image: {{ printf "%s/%s:%s" $root.Values.image.registry (index . 1) ($root.Values.image.tag | default $root.Chart.AppVersion) }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
{{- end }}

{{- define "gourmetgram.credentials" -}}
{{ .Values.credentials.existingSecret | default (printf "%s-credentials" (include "gourmetgram.fullname" .)) }}
{{- end }}

{{/* A variable from the credentials; takes (list $ "VARIABLE" "entry"). */}}
{{- define "gourmetgram.credential" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "gourmetgram.credentials" (index . 0) }}
      key: {{ index . 2 }}
{{- end }}

{{/* A process's settings, as its variables; takes its values. JSON, since large numbers would be 2e+07 else. */}}
{{- define "gourmetgram.settings" -}}
{{- range $name, $value := .settings }}
- name: GOURMETGRAM_{{ upper $name }}
  value: {{ $value | toJson | trimAll "\"" | quote }}
{{- end }}
{{- end }}

{{/* Where people reach a part, or nothing; takes (list $ "webappHost"). A Gateway has TLS of its own. */}}
{{- define "gourmetgram.publicUrl" -}}
{{- $values := (index . 0).Values -}}
{{- $key := index . 1 -}}
{{- if $values.gateway.enabled }}
{{- with index $values.gateway $key }}https://{{ . }}{{ end }}
{{- else if $values.ingress.enabled }}
{{- with index $values.ingress $key }}{{ empty $values.ingress.tlsSecret | ternary "http" "https" }}://{{ . }}{{ end }}
{{- end }}
{{- end }}
