#!/bin/bash
# Install what this machine's role needs, step by step; every step can be repeated.
# Progress goes to the console, which `make chameleon-up` reads; everything else to the log.
set -euo pipefail
cd "$(dirname "$0")"
set -a
# shellcheck source=/dev/null
. /etc/gourmetgram/deployment.env
# shellcheck source=manifests/versions.env
. ../../manifests/versions.env
set +a
# A machine with less than 6 GB gets smaller values.
SMALL=$(awk '/^MemTotal:/ {print ($2 < 6000000) ? "yes" : "no"}' /proc/meminfo)
export SMALL DEBIAN_FRONTEND=noninteractive KUBECONFIG=/etc/rancher/k3s/k3s.yaml HOME="${HOME:-/root}"

case "$NODE_ROLE" in
    server) steps=(memory packages metadata k3s images platform application food11 jupyter) ;;
    agent) steps=(memory packages metadata images k3s) ;;
esac

say() {
    echo "gourmetgram: $*"
    echo "gourmetgram: $*" >/dev/console || true
} 2>/dev/null

step=starting
trap 'say "FAILED at $step, see /var/log/gourmetgram-install.log; trying again in a minute"' ERR
for number in "${!steps[@]}"; do
    step=${steps[$number]}
    say "[$((number + 1))/${#steps[@]}] $step"
    "steps/$step.sh"
done
mkdir -p /var/lib/gourmetgram
touch /var/lib/gourmetgram/installed
say "done"
