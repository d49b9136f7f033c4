{{- define "gourmetgram.retrainCommand" -}}
{{- $served := list "--work" "/work" "--served" (include "gourmetgram.modelVersion" .) -}}
{{- $food11 := .Values.retrain.food11Claim | empty | ternary list (list "--base" "/food-11" "--evaluation" "/food-11") -}}
{{ concat (list "python" "-m" "predictor.training.retrain") $served $food11 | toJson }}
{{- end }}

{{- define "gourmetgram.retrainEnv" -}}
{{ include "gourmetgram.storeEnv" (list . "retraining") }}
- name: GOURMETGRAM_RUNTIME
  value: onnx # what the image serves, floats, is not what is trained into
- name: USER
  value: {{ include "gourmetgram.fullname" . }}-retrain # who made the candidate, in the registry
- name: MPLCONFIGDIR
  value: /tmp
# Memory that a training step frees is what the next one takes.
- name: MALLOC_MMAP_THRESHOLD_
  value: "4294967296"
- name: MALLOC_TRIM_THRESHOLD_
  value: "4294967296"
{{- with .Values.retrain.mlflow }}
{{- if .trackingUri }}
- name: MLFLOW_TRACKING_URI
  value: {{ .trackingUri }}
{{- range $entry, $name := .existingSecret | empty | ternary dict (dict "username" "MLFLOW_TRACKING_USERNAME" "password" "MLFLOW_TRACKING_PASSWORD") }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.retrain.mlflow.existingSecret }}, key: {{ $entry }} } }
{{- end }}
{{- end }}
{{- end }}
{{- include "gourmetgram.settings" .Values.retrain }}
{{- end }}
