{{/* Pods of this release; takes (list $ "webapp" "cronjobs" ...). */}}
{{- define "gourmetgram.peers" -}}
- podSelector:
    matchLabels: {{ include "gourmetgram.releaseLabels" (index . 0) | nindent 6 }}
    matchExpressions:
      - key: app.kubernetes.io/component
        operator: In
        values: {{ rest . | toJson }}
{{- end }}

{{/* A rule that lets pods reach the store, ours or another's. */}}
{{- define "gourmetgram.toStore" -}}
{{- if .Values.store.bundled -}}
- to: {{ include "gourmetgram.peers" (list . "store") | nindent 4 }}
  ports: [{ port: 9000 }]
{{- else -}}
{{- include "gourmetgram.toUrl" .Values.store.endpoint -}}
{{- end }}
{{- end }}

{{/* Whether a URL is that of a Service. */}}
{{- define "gourmetgram.isService" -}}
{{- if regexMatch "^[^.]+$|\\.svc(\\.|$)" (urlParse .).hostname -}}true{{- end -}}
{{- end }}

{{/* A rule that lets pods reach an address of HTTP. */}}
{{- define "gourmetgram.toUrl" -}}
{{- $url := urlParse . -}}
{{- $default := eq $url.scheme "https" | ternary "443" "80" -}}
{{- if include "gourmetgram.isService" . -}}
# A Service: the policy sees the port of its pods, which only they know.
- to: [{ namespaceSelector: {} }]
{{ end -}}
- ports: [{ port: {{ regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default $default }} }]
{{- end }}

{{/* A rule that lets pods reach the Prometheus of the values: its pods, wherever it runs, or its address outside. */}}
{{- define "gourmetgram.toPrometheus" -}}
{{- if include "gourmetgram.isService" .Values.monitoring.prometheusUrl -}}
- to:
    - namespaceSelector: {}
      podSelector:
        matchLabels:
          app.kubernetes.io/name: prometheus
{{- else -}}
{{- include "gourmetgram.toUrl" .Values.monitoring.prometheusUrl -}}
{{- end }}
{{- end }}

{{/* A rule that lets pods reach the API server, whose address a policy can't know; the last two ports are minikube's
     and MicroK8s's. */}}
{{- define "gourmetgram.toApiServer" -}}
- ports: [{ port: 443 }, { port: 6443 }, { port: 8443 }, { port: 16443 }]
{{- end }}

{{/* People come from anywhere unless the values name them. */}}
{{- define "gourmetgram.fromClients" -}}
{{- with .Values.networkPolicy.clients }}
from: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
