{{/* The model and its runtime; takes (list $ version). */}}
{{- define "gourmetgram.model" -}}
model:
  modelFormat: { name: onnx }
  runtime: {{ include "gourmetgram.name" (index . 0) }}
  protocolVersion: v1
  storageUri: {{ include "gourmetgram.modelUri" . }}
{{- end }}

{{/* Whether a Job withdraws the canary when an alert finds it harmful. */}}
{{- define "gourmetgram.withdraws" -}}
{{- with .Values.predictor.canary -}}
{{- if and .version .withdraw $.Values.monitoring.enabled -}}true{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the ConfigMap that records a withdrawal. It exists while the values name a canary. */}}
{{- define "gourmetgram.withdrawnName" -}}
{{ include "gourmetgram.fullname" . }}-withdrawn
{{- end }}

{{/* The record of the withdrawal, as JSON, if the canary in the values was withdrawn. */}}
{{- define "gourmetgram.withdrawn" -}}
{{- if include "gourmetgram.withdraws" . -}}
{{- $record := lookup "v1" "ConfigMap" .Release.Namespace (include "gourmetgram.withdrawnName" .) | dig "data" dict -}}
{{- if eq (include "gourmetgram.version" .Values.predictor.canary.version) (get $record "version") -}}
{{ $record | toJson }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The version of the canary that gets requests, if any. */}}
{{- define "gourmetgram.canaryVersion" -}}
{{- if not (include "gourmetgram.withdrawn" .) -}}
{{ include "gourmetgram.version" .Values.predictor.canary.version }}
{{- end -}}
{{- end }}

{{/* The minimum number of pods of each kind, as JSON. Requests are spread evenly over all pods, so the canary's share
     of the pods is its share of the requests; it never exceeds its percentage. */}}
{{- define "gourmetgram.predictorPods" -}}
{{- $least := .Values.predictor.replicas.min -}}
{{- $percent := .Values.predictor.canary.percent -}}
{{- if include "gourmetgram.canaryVersion" . -}}
{{- $others := sub 100 $percent -}}
{{- $canary := max 1 (div (mul $least $percent) $others) -}}
{{- $stable := max $least (div (add (mul $canary $others) $percent -1) $percent) -}}
{{ dict "stable" $stable "canary" $canary | toJson }}
{{- else -}}
{{ dict "stable" $least "canary" 0 | toJson }}
{{- end -}}
{{- end }}
