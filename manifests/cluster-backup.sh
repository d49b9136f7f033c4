#!/usr/bin/env bash
# Back up what can't be recreated from a release's namespace, or restore it into a new one (docs/backup.md).
# Needs kubectl and rclone. The order and the folder's layout are those of manifests/local/backup.py.
set -euo pipefail
umask 077

action=$1 folder=$2 namespace=$3
release=gourmetgram
credentials=$release-credentials
database=/label-studio/data/label_studio.sqlite3

kube() { kubectl --namespace "$namespace" "$@"; }
secret() { kube get secret "$credentials" --output "jsonpath={.data.$1}" | base64 --decode; }
prefix() { kube get "statefulset/$release-webapp" --output "jsonpath={..env[?(@.name=='GOURMETGRAM_BUCKET_PREFIX')].value}"; }
studio() { kube exec --stdin "deployment/$release-label-studio" -- "$@"; }

reach_the_store() {
  touch "$folder/.forwarded" # read before kubectl writes it
  # Not through the function, which would run kubectl in a subshell, and `kill` would end only that.
  kubectl --namespace "$namespace" port-forward "service/$release-store" :9000 > "$folder/.forwarded" &
  forward=$!
  trap 'kill $forward 2> /dev/null || true; rm -f "$folder/.forwarded"' EXIT
  until port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$folder/.forwarded") && [ -n "$port" ]; do
    kill -0 $forward 2> /dev/null || { echo "The store of $release in $namespace can't be reached; the reason is above." >&2; exit 1; }
    sleep 0.2
  done
  export RCLONE_S3_PROVIDER=Other RCLONE_S3_ENDPOINT=http://127.0.0.1:$port RCLONE_S3_FORCE_PATH_STYLE=true
  RCLONE_S3_ACCESS_KEY_ID=$(secret root-access-key)
  RCLONE_S3_SECRET_ACCESS_KEY=$(secret root-secret-key)
  export RCLONE_S3_ACCESS_KEY_ID RCLONE_S3_SECRET_ACCESS_KEY
}

# What fails here must end the backup: without the database it is not complete.
database_of_label_studio() {
  if [ -z "$(kube get "deployment/$release-label-studio" --ignore-not-found --output name)" ]; then
    echo none
  else
    studio sh -c "if [ -f $database ]; then echo sqlite; else echo postgres; fi"
  fi
}

copy_database_out() {
  studio python3 -c "import sqlite3, sys
live, copy = sqlite3.connect('$database'), sqlite3.connect('/tmp/copy.sqlite3')
live.backup(copy)
copy.close()
sys.stdout.buffer.write(open('/tmp/copy.sqlite3', 'rb').read())"
}

copy_database_in() {
  studio python3 -c "import sqlite3, sys
open('/tmp/copy.sqlite3', 'wb').write(sys.stdin.buffer.read())
sqlite3.connect('/tmp/copy.sqlite3').backup(sqlite3.connect('$database'))"
}

save() {
  mkdir -p "$folder/label-studio"
  rm -f "$folder/backup.json"
  reach_the_store
  rclone --config "" sync :s3: "$folder/buckets"
  kind=$(database_of_label_studio)
  case $kind in
    sqlite) copy_database_out > "$folder/label-studio/label_studio.sqlite3" ;;
    postgres) echo "Label Studio uses PostgreSQL: back that up now with its own tools (docs/backup.md)." ;;
  esac
  prefix=$(prefix)
  for place in production tracking/predictions labelstudio/tasks; do
    rclone --config "" copy ":s3:$prefix$place" "$folder/buckets/$prefix$place"
  done
  kube get secret "$credentials" --output "jsonpath={.data}" > "$folder/credentials.json"
  printf '{"finished_at": "%s"}\n' "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" > "$folder/backup.json"
}

restore() {
  [ -f "$folder/backup.json" ] || { echo "$folder is not a complete backup." >&2; exit 1; }
  if ! kube get secret "$credentials" > /dev/null 2>&1; then
    kubectl create namespace "$namespace" --dry-run=client --output yaml | kubectl apply --filename -
    printf '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "%s"}, "data": %s}' \
      "$credentials" "$(cat "$folder/credentials.json")" | kube create --filename -
    echo "The keys are restored. Install the release now, then run this again."
    exit
  fi
  reach_the_store
  prefix=$(prefix)
  photos=$(rclone --config "" lsf ":s3:${prefix}production")
  [ -z "$photos" ] || { echo "This store already contains photos." >&2; exit 1; }
  rclone --config "" copy "$folder/buckets" :s3:
  if [ -f "$folder/label-studio/label_studio.sqlite3" ]; then
    copy_database_in < "$folder/label-studio/label_studio.sqlite3"
    kube rollout restart "deployment/$release-label-studio"
    kube rollout status "deployment/$release-label-studio" --timeout 10m
  fi
}

"$action"
