{{/* Pod spec for training; takes (list $ "container" "launcher"). */}}
{{- define "gourmetgram.retrainPod" -}}
{{- $root := index . 0 -}}
metadata:
  labels: {{ include "gourmetgram.selectorLabels" $root | nindent 4 }}
spec:
  {{- include "gourmetgram.pod" (list $root 65532) | nindent 2 }}
  restartPolicy: Never
  containers:
    - name: {{ index . 1 }}
      {{- include "gourmetgram.image" (list $root "predictor-torch") | nindent 6 }}
      command: {{ include "gourmetgram.retrainCommand" (list $root (index . 2)) }}
      env: {{ include "gourmetgram.retrainEnv" $root | nindent 8 }}
      resources: {{ toYaml $root.Values.retrain.resources | nindent 8 }}
      {{- include "gourmetgram.container" $root | nindent 6 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        - { name: work, mountPath: /work }
        {{- if $root.Values.retrain.food11Claim }}
        - { name: food11, mountPath: /food-11, readOnly: true }
        {{- end }}
  volumes:
    - { name: tmp, emptyDir: { sizeLimit: 256Mi } }
    {{- with $root.Values.retrain.workClaim }}
    - { name: work, persistentVolumeClaim: { claimName: {{ . }} } }
    {{- else }}
    - { name: work, emptyDir: {} } # the pod's ephemeral-storage limit bounds it
    {{- end }}
    {{- with $root.Values.retrain.food11Claim }}
    - { name: food11, persistentVolumeClaim: { claimName: {{ . }}, readOnly: true } }
    {{- end }}
{{- end }}

{{- define "gourmetgram.retrainCommand" -}}
{{- $root := index . 0 -}}
{{- $served := list "--work" "/work" "--served" (include "gourmetgram.modelVersion" $root) -}}
{{- $food11 := $root.Values.retrain.food11Claim | empty | ternary list (list "--base" "/food-11" "--evaluation" "/food-11") -}}
{{ concat (list (index . 1) "-m" "predictor.training.retrain") $served $food11 | toJson }}
{{- end }}

{{- define "gourmetgram.retrainEnv" -}}
{{ include "gourmetgram.storeEnv" (list . "retraining") }}
- name: GOURMETGRAM_RUNTIME
  value: onnx # the runtime of the trained model, not of the image
- name: USER
  value: {{ include "gourmetgram.fullname" . }}-retrain # who made the candidate, in the registry
- name: MPLCONFIGDIR
  value: /tmp
# Keep freed memory in the process, for the next training step.
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

{{/* The port of the rendezvous, and the ephemeral ports (ip_local_port_range) on which the processes then connect. */}}
{{- define "gourmetgram.torchrunPorts" -}}
[{ port: 29500 }, { port: 32768, endPort: 60999 }]
{{- end }}
