{{/* What the restricted pod-security standard requires of every pod; takes (list $ uid). */}}
{{- define "gourmetgram.pod" -}}
{{- $root := index . 0 -}}
{{- $uid := index . 1 -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  {{- if not $root.Values.pods.randomUser }}
  runAsUser: {{ $uid }}
  runAsGroup: {{ $uid }}
  fsGroup: {{ $uid }}
  {{- end }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "gourmetgram.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Resources of set-up jobs and tests, which run for seconds. */}}
{{- define "gourmetgram.shortResources" -}}
resources:
  requests: { cpu: 50m, memory: 128Mi, ephemeral-storage: 16Mi }
  limits: { cpu: "1", memory: 512Mi, ephemeral-storage: 256Mi }
{{- end }}

{{/* Spread replicas over the nodes. */}}
{{- define "gourmetgram.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "gourmetgram.selectorLabels" . | nindent 8 }}
{{- end }}
