#!/usr/bin/env bash
# Install the chart's prerequisites, at the versions in versions.env, into kubectl's current cluster.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=manifests/versions.env
source ../versions.env

install() { # RELEASE CHART VERSION [ARGUMENT...]
  local release=$1 chart=$2 version=$3 values=()
  shift 3
  if [[ -f $release.yaml ]]; then values=(--values "$release.yaml"); fi
  echo "$release $version"
  helm upgrade --install "$release" "$chart" --version "$version" --create-namespace --wait --timeout 10m \
    "${values[@]}" "$@"
}

install cert-manager oci://quay.io/jetstack/charts/cert-manager "$CERT_MANAGER_VERSION" --namespace cert-manager
install kserve-crd oci://ghcr.io/kserve/charts/kserve-crd "$KSERVE_VERSION" --namespace kserve
install kserve oci://ghcr.io/kserve/charts/kserve-resources "$KSERVE_VERSION" --namespace kserve
install kube-prometheus-stack oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack \
  "$KUBE_PROMETHEUS_STACK_VERSION" --namespace monitoring

if ! kubectl get apiservice v1beta1.metrics.k8s.io >/dev/null 2>&1; then
  echo "metrics-server $METRICS_SERVER_VERSION"
  release=https://github.com/kubernetes-sigs/metrics-server/releases/download/$METRICS_SERVER_VERSION
  kubectl apply --filename "$release/components.yaml"
  if [[ $(kubectl config current-context) == kind-* ]]; then
    # In kind, pods don't know the authority that signs the kubelet's certificate.
    kubectl patch deployment metrics-server --namespace kube-system --type json --patch \
      '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--kubelet-insecure-tls"}]'
  fi
fi

kubectl apply --server-side --filename ../namespaces.yaml
