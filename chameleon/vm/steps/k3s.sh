#!/bin/bash
# Install k3s at the pinned version: the server on the first machine, an agent on the others.
set -euo pipefail
export INSTALL_K3S_VERSION="$K3S_VERSION" K3S_TOKEN="$JOIN_TOKEN"
if [ "$NODE_ROLE" = server ]; then
    # Each component has its own port, so no ingress is needed.
    export INSTALL_K3S_EXEC="server --disable=traefik --secrets-encryption --write-kubeconfig-mode=0600"
else
    export INSTALL_K3S_EXEC="agent" K3S_URL="https://$SERVER_ADDRESS:6443"
fi
script=$(mktemp)
curl --fail --location --silent --show-error --retry 5 --output "$script" \
    "https://raw.githubusercontent.com/k3s-io/k3s/${K3S_VERSION/+/%2B}/install.sh"
sh "$script"
[ "$NODE_ROLE" = server ] || exit 0
for _ in $(seq 60); do
    ! kubectl wait --for=condition=Ready node --all --timeout=10s || exit 0
    sleep 5
done
echo "k3s has no Ready node after ten minutes: journalctl -u k3s" >&2
exit 1
