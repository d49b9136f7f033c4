{{- define "gourmetgram.storeUrl" -}}
{{- if .Values.store.bundled -}}
http://{{ include "gourmetgram.fullname" . }}-store.{{ .Release.Namespace }}.svc:9000
{{- else -}}
{{ .Values.store.endpoint }}
{{- end }}
{{- end }}

{{/* boto3's own variables; takes (list $ "webapp"): whose key. */}}
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

{{- define "gourmetgram.modelUri" -}}
{{- with .Values.predictor.model -}}
{{ .storageUri | default (printf "s3://%smodels/food11/%s/food11.onnx" $.Values.store.bucketPrefix (toString .version)) }}
{{- end }}
{{- end }}
