#!/usr/bin/env bash
# Install what the chart stands on into the cluster that kubectl points at: cert-manager, KServe in Standard mode
# and metrics-server. To run it again changes nothing, or upgrades to the versions that manifests/versions.env names.
set -euo pipefail
cd "$(dirname "$0")"
source ../versions.env

install() { # RELEASE NAMESPACE CHART VERSION [FLAG...]
  helm upgrade --install "$1" "$3" --version "$4" --namespace "$2" --create-namespace --wait --timeout 10m "${@:5}"
}

install cert-manager cert-manager oci://quay.io/jetstack/charts/cert-manager "$CERT_MANAGER_VERSION" --set crds.enabled=true
install kserve-crd kserve oci://ghcr.io/kserve/charts/kserve-crd "$KSERVE_VERSION"
install kserve kserve oci://ghcr.io/kserve/charts/kserve-resources "$KSERVE_VERSION" --values kserve.yaml

if ! kubectl get apiservice v1beta1.metrics.k8s.io >/dev/null 2>&1; then # clouds bring their own
  kubectl apply --filename "https://github.com/kubernetes-sigs/metrics-server/releases/download/$METRICS_SERVER_VERSION/components.yaml"
  # kind's kubelet signs its own certificate.
  kubectl patch deployment metrics-server --namespace kube-system --type json \
    --patch '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--kubelet-insecure-tls"}]'
fi
kubectl wait --for=condition=Available --timeout=5m --namespace kube-system deployment/metrics-server
