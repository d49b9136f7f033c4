{{/* Prefix of every object's name. */}}
{{- define "gourmetgram.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{/* A component is named after its folder of templates. */}}
{{- define "gourmetgram.component" -}}
{{ .Template.Name | dir | base }}
{{- end }}

{{- define "gourmetgram.name" -}}
{{ include "gourmetgram.fullname" . }}-{{ include "gourmetgram.component" . }}
{{- end }}

{{/* Name of the InferenceService; KServe names its own objects <this>-predictor. */}}
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

{{/* A variable with its value from the credentials; takes (list $ "VARIABLE" "entry"). */}}
{{- define "gourmetgram.credential" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "gourmetgram.credentials" (index . 0) }}
      key: {{ index . 2 }}
{{- end }}

{{/* A process's settings as variables; takes its values. JSON keeps large numbers from becoming 2e+07. */}}
{{- define "gourmetgram.settings" -}}
{{- range $name, $value := .settings }}
- name: GOURMETGRAM_{{ upper $name }}
  value: {{ $value | toJson | trimAll "\"" | quote }}
{{- end }}
{{- end }}

{{/* Public URL of a component, or empty; takes (list $ "webappHost"). A Gateway handles TLS itself. */}}
{{- define "gourmetgram.publicUrl" -}}
{{- $values := (index . 0).Values -}}
{{- $key := index . 1 -}}
{{- if $values.gateway.enabled }}
{{- with index $values.gateway $key }}https://{{ . }}{{ end }}
{{- else if $values.ingress.enabled }}
{{- with index $values.ingress $key }}{{ empty $values.ingress.tlsSecret | ternary "http" "https" }}://{{ . }}{{ end }}
{{- end }}
{{- end }}
