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
{{- include "gourmetgram.settings" .Values.retrain }}
{{- end }}
