{{- define "gourmetgram.labelStudioEnv" -}}
- name: HOME
  value: /tmp
- name: LABEL_STUDIO_BASE_DATA_DIR
  value: /label-studio/data
# The first start creates the first user from these.
- name: LABEL_STUDIO_USERNAME
  value: {{ .Values.labelStudio.username }}
{{ include "gourmetgram.credential" (list . "LABEL_STUDIO_PASSWORD" "label-studio-password") }}
{{ include "gourmetgram.credential" (list . "LABEL_STUDIO_USER_TOKEN" "label-studio-token") }}
# cronjobs/label_studio/server.env explains these.
- { name: LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN, value: "true" }
- { name: LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK, value: "true" }
- { name: LABEL_STUDIO_COLLECT_ANALYTICS, value: "false" }
- { name: LABEL_STUDIO_LATEST_VERSION_CHECK, value: "false" }
- { name: SENTRY_DSN, value: "" }
- { name: FRONTEND_SENTRY_DSN, value: "" }
# Set here and not in the projects' storages, so that protection against private addresses stays on.
- name: LABEL_STUDIO_S3_ENDPOINT
  value: {{ include "gourmetgram.storeUrl" . }}
{{ include "gourmetgram.storeEnv" (list . "label-studio") }}
{{- with include "gourmetgram.publicUrl" (list . "labelStudioHost") }}
- name: LABEL_STUDIO_HOST
  value: {{ . }}
- name: CSRF_TRUSTED_ORIGINS
  value: {{ . }}
{{- end }}
{{- with .Values.labelStudio.postgres }}
{{- if .host }}
- name: DJANGO_DB
  value: default
- name: POSTGRE_HOST
  value: {{ .host }}
- name: POSTGRE_PORT
  value: {{ .port | quote }}
- name: POSTGRE_NAME
  value: {{ .database }}
- name: POSTGRE_USER
  value: {{ .username }}
- name: POSTGRE_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ .existingSecret }}, key: password }
{{- end }}
{{- end }}
{{- end }}
