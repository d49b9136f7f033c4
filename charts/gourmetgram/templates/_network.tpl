{{/* Pods of this release; takes (list $ "webapp" "cronjobs" ...). */}}
{{- define "gourmetgram.peers" -}}
- podSelector:
    matchLabels: {{ include "gourmetgram.releaseLabels" (index . 0) | nindent 6 }}
    matchExpressions:
      - key: app.kubernetes.io/component
        operator: In
        values: {{ rest . | toJson }}
{{- end }}

{{/* A rule that allows connections to the store, bundled or external. */}}
{{- define "gourmetgram.toStore" -}}
{{- if .Values.store.bundled -}}
- to: {{ include "gourmetgram.peers" (list . "store") | nindent 4 }}
  ports: [{ port: 9000 }]
{{- else -}}
{{- include "gourmetgram.toUrl" .Values.store.endpoint -}}
{{- end }}
{{- end }}

{{/* Whether a URL belongs to a Service. */}}
{{- define "gourmetgram.isService" -}}
{{- if regexMatch "^[^.]+$|\\.svc(\\.|$)" (urlParse .).hostname -}}true{{- end -}}
{{- end }}

{{/* A rule that allows connections to an HTTP URL. */}}
{{- define "gourmetgram.toUrl" -}}
{{- $url := urlParse . -}}
{{- $default := eq $url.scheme "https" | ternary "443" "80" -}}
{{- if include "gourmetgram.isService" . -}}
# A Service: policies apply to the port of its pods, which isn't known here.
- to: [{ namespaceSelector: {} }]
{{ end -}}
- ports: [{ port: {{ regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default $default }} }]
{{- end }}

{{/* A rule that allows connections to monitoring.prometheusUrl: Prometheus' pods, or a URL outside the cluster. */}}
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

{{/* A rule that allows connections to the API server, whose address isn't known here; the last two ports are those of
     minikube and MicroK8s. */}}
{{- define "gourmetgram.toApiServer" -}}
- ports: [{ port: 443 }, { port: 6443 }, { port: 8443 }, { port: 16443 }]
{{- end }}

{{/* Users may connect from anywhere unless the values restrict that. */}}
{{- define "gourmetgram.fromClients" -}}
{{- with .Values.networkPolicy.clients }}
from: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
