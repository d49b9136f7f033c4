#!/bin/bash
# Install the chart with the images built here, and open the ports for its users.
set -euo pipefail
values=()
[ "$SMALL" = no ] || values=(--values small/gourmetgram.yaml)

helm upgrade --install gourmetgram /opt/gourmetgram/charts/gourmetgram --namespace gourmetgram \
    --set-string "image.tag=$(git -C /opt/gourmetgram rev-parse --short=12 HEAD)" --set monitoring.enabled=true \
    "${values[@]}" --wait --timeout 20m
kubectl apply -f ports.yaml
install credentials.sh /usr/local/sbin/gourmetgram-credentials
for _ in $(seq 60); do
    ! curl --fail --silent --output /dev/null http://127.0.0.1:5000/healthz || exit 0
    sleep 5
done
echo "The web application doesn't answer on port 5000: kubectl --namespace gourmetgram get pods" >&2
exit 1
