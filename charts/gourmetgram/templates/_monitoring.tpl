{{- define "gourmetgram.monitoringLabels" -}}
{{ include "gourmetgram.labels" . }}
{{- with .Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Rules and alerts of this release; takes (list $ "path"). The files are for namespace "gourmetgram". */}}
{{- define "gourmetgram.rules" -}}
{{- $root := index . 0 -}}
{{- $namespace := $root.Release.Namespace -}}
{{- $text := $root.Files.Get (index . 1) | replace "namespace=\"gourmetgram\"" (printf "namespace=%q" $namespace) -}}
{{- $text = $text | replace "uid: gourmetgram-" (printf "uid: g%s-" (sha256sum $namespace | trunc 7)) -}}
{{- with $root.Values.monitoring.runbooks -}}
{{- $text = $text | replace "runbook_url: monitoring/runbooks/" (printf "runbook_url: %s/" (trimSuffix "/" .)) -}}
{{- end -}}
{{- if $root.Values.labelStudio.enabled -}}
{{- $text -}}
{{- else -}}
{{- $text = $text | replace "last_success_timestamp_seconds{" "last_success_timestamp_seconds{cronjob=\"processing\"," -}}
{{- include "gourmetgram.rulesWithoutLabelStudio" ($text | fromYaml) -}}
{{- end -}}
{{- end }}

{{/* Without Label Studio nobody answers tasks, and the alerts about that would fire forever. */}}
{{- define "gourmetgram.rulesWithoutLabelStudio" -}}
{{- range $group := .groups -}}
{{- $rules := list -}}
{{- range $group.rules -}}
{{- if not (has (coalesce .alert .title .record) (list "GourmetGramTasksWaitTooLong" "GourmetGramTooFewLabels")) -}}
{{- $rules = append $rules . -}}
{{- end -}}
{{- end -}}
{{- $_ := set $group "rules" $rules -}}
{{- end -}}
{{- toYaml . -}}
{{- end }}
