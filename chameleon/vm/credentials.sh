#!/bin/bash
# Print how to sign in to each tool. Needs root, like the cluster's own credentials.
set -euo pipefail
export KUBECONFIG=/etc/rancher/k3s/k3s.yaml

secret() { # NAMESPACE NAME KEY
    kubectl get secret "$2" --namespace "$1" --output "jsonpath={.data.$3}" | base64 --decode
}
user=$(helm get values gourmetgram --namespace gourmetgram --all | awk '/^  username:/ {print $2; exit}')

echo "Label Studio  $user $(secret gourmetgram gourmetgram-credentials label-studio-password)"
echo "Grafana       admin $(secret monitoring kube-prometheus-stack-grafana admin-password)"
if kubectl get secret jupyter --namespace gourmetgram >/dev/null 2>&1; then
    echo "Jupyter       $(secret gourmetgram jupyter token)"
fi
