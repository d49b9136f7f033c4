{{/* Runs a test's code repeatedly for up to a minute, since a new pod may try to connect before the network policies
     include its address. A failed assertion ends it at once. */}}
{{- define "gourmetgram.patiently" -}}
import time
from cronjobs.command import NotDoneError
def test():
{{ . | trim | indent 4 }}
deadline = time.monotonic() + 60
while True:
    try:
        test()
        break
    except (OSError, NotDoneError) as error:
        if time.monotonic() > deadline:
            raise
        print("trying again:", error, flush=True)
    time.sleep(1)
{{- end }}

{{/* A test's pod, which runs Python code in the jobs' image; takes (list $ "name" "code"). */}}
{{- define "gourmetgram.test" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "gourmetgram.fullname" $root }}-test-{{ index . 1 }}
  labels: {{ include "gourmetgram.labels" $root | nindent 4 }}
  annotations:
    helm.sh/hook: test
    # They stay until the next test, for `helm test --logs`.
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  {{- include "gourmetgram.pod" (list $root 65532) | nindent 2 }}
  restartPolicy: Never
  containers:
    - name: test
      {{- include "gourmetgram.image" (list $root "cronjobs") | nindent 6 }}
      command: [python, -c, {{ include "gourmetgram.patiently" (index . 2) | quote }}]
      env: {{ include "gourmetgram.cronjobsEnv" (list $root "cronjobs") | nindent 8 }}
      {{- include "gourmetgram.shortResources" $root | nindent 6 }}
      {{- include "gourmetgram.container" $root | nindent 6 }}
{{- end }}
