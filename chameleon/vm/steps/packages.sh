#!/bin/bash
# Install the Debian packages that later steps use, and helm at the pinned version, verified by its checksum.
set -euo pipefail
apt-get update -q
apt-get install -y -q --no-install-recommends buildah ca-certificates curl iptables unzip

[ "$(helm version --template '{{.Version}}' 2>/dev/null || true)" != "$HELM_VERSION" ] || exit 0
archive="helm-$HELM_VERSION-linux-amd64.tar.gz"
cd "$(mktemp -d)"
curl --fail --location --silent --show-error --retry 5 --remote-name-all \
    "https://get.helm.sh/$archive" "https://get.helm.sh/$archive.sha256sum"
sha256sum --check "$archive.sha256sum"
tar --extract --gzip --file "$archive" linux-amd64/helm
install linux-amd64/helm /usr/local/bin/helm
