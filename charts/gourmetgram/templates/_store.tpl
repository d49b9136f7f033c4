{{- define "gourmetgram.storeUrl" -}}
{{- if .Values.store.bundled -}}
http://{{ include "gourmetgram.fullname" . }}-store.{{ .Release.Namespace }}.svc:9000
{{- else -}}
{{ .Values.store.endpoint }}
{{- end }}
{{- end }}

{{/* Variables that boto3 reads; takes (list $ "webapp"), the owner of the key. */}}
{{- define "gourmetgram.storeEnv" -}}
{{- $root := index . 0 -}}
{{- $user := index . 1 -}}
- name: AWS_ENDPOINT_URL_S3
  value: {{ include "gourmetgram.storeUrl" $root }}
- name: AWS_DEFAULT_REGION
  value: {{ $root.Values.store.region }}
- name: GOURMETGRAM_BUCKET_PREFIX
  value: {{ $root.Values.store.bucketPrefix | quote }}
{{ include "gourmetgram.credential" (list $root "AWS_ACCESS_KEY_ID" (printf "%s-access-key" $user)) }}
{{ include "gourmetgram.credential" (list $root "AWS_SECRET_ACCESS_KEY" (printf "%s-secret-key" $user)) }}
{{- end }}

{{- define "gourmetgram.modelVersion" -}}
{{- with .Values.predictor -}}
{{ include "gourmetgram.version" (eq .runtime "onnx" | ternary .model.version .model.floatVersion) }}
{{- end }}
{{- end }}

{{/* JSON keeps a version made of digits from becoming 1.23e+11. */}}
{{- define "gourmetgram.version" -}}
{{ toJson . | trimAll "\"" }}
{{- end }}

{{/* URI of a version of the model; takes (list $ version). */}}
{{- define "gourmetgram.modelUri" -}}
{{- $values := (index . 0).Values -}}
{{ $values.predictor.model.storageUri | default (printf "s3://%smodels/food11/%s/food11.onnx" $values.store.bucketPrefix (index . 1)) }}
{{- end }}

{{/* The versions that must be in the store, as JSON. */}}
{{- define "gourmetgram.versions" -}}
{{ list (include "gourmetgram.modelVersion" .) (include "gourmetgram.canaryVersion" .) | compact | toJson }}
{{- end }}

{{/* The image that contains the runtime. */}}
{{- define "gourmetgram.predictorImage" -}}
{{- include "gourmetgram.image" (list . (eq .Values.predictor.runtime "onnx" | ternary "predictor" "predictor-torch")) }}
{{- end }}
