{{/* Takes (list $ "cronjobs"), the owner of the key. */}}
{{- define "gourmetgram.cronjobsEnv" -}}
{{ include "gourmetgram.storeEnv" . }}
{{- with index . 0 }}
{{- if .Values.labelStudio.enabled }}
- name: GOURMETGRAM_LABEL_STUDIO_URL
  value: http://{{ include "gourmetgram.fullname" . }}-label-studio:8080
{{ include "gourmetgram.credential" (list . "GOURMETGRAM_LABEL_STUDIO_TOKEN" "label-studio-token") }}
{{- end }}
{{- include "gourmetgram.settings" .Values.cronjobs }}
{{- end }}
{{- end }}
