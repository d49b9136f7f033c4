{{/* Which model, on which runtime; takes (list $ version). */}}
{{- define "gourmetgram.model" -}}
model:
  modelFormat: { name: onnx }
  runtime: {{ include "gourmetgram.name" (index . 0) }}
  protocolVersion: v1
  storageUri: {{ include "gourmetgram.modelUri" . }}
{{- end }}

{{/* The least pods of each kind, as JSON. Requests go to all pods alike, so the canary's share of them is its share of
     the requests, and never more than its percentage. */}}
{{- define "gourmetgram.predictorPods" -}}
{{- $least := .Values.predictor.replicas.min -}}
{{- with .Values.predictor.canary -}}
{{- if .version -}}
{{- $others := sub 100 .percent -}}
{{- $canary := max 1 (div (mul $least .percent) $others) -}}
{{- $stable := max $least (div (add (mul $canary $others) .percent -1) .percent) -}}
{{ dict "stable" $stable "canary" $canary | toJson }}
{{- else -}}
{{ dict "stable" $least "canary" 0 | toJson }}
{{- end -}}
{{- end -}}
{{- end }}
