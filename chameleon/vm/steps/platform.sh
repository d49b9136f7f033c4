#!/bin/bash
# Install the chart's prerequisites, with the same script and versions as on any other cluster.
set -euo pipefail
/opt/gourmetgram/manifests/platform/install.sh
[ "$SMALL" = yes ] || exit 0
helm upgrade kube-prometheus-stack oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack \
    --version "$KUBE_PROMETHEUS_STACK_VERSION" --namespace monitoring --reuse-values \
    --values small/kube-prometheus-stack.yaml --wait --timeout 10m
