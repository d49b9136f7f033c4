#!/bin/bash
# What the chart stands on, from the same script and versions as any other cluster of this project.
set -euo pipefail
/opt/gourmetgram/manifests/platform/install.sh
[ "$SMALL" = yes ] || exit 0
helm upgrade kube-prometheus-stack oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack \
    --version "$KUBE_PROMETHEUS_STACK_VERSION" --namespace monitoring --reuse-values \
    --values small/kube-prometheus-stack.yaml --wait --timeout 10m
