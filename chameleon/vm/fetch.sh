#!/bin/bash
# Bring /opt/gourmetgram to the revision that this machine was told to run.
set -euo pipefail
# shellcheck source=/dev/null
. /etc/gourmetgram/deployment.env
export GIT_TERMINAL_PROMPT=0

say() {
    echo "gourmetgram: $*"
    echo "gourmetgram: $*" >/dev/console || true
} 2>/dev/null
trap 'say "FAILED to fetch $REVISION of $REPOSITORY, see /var/log/gourmetgram-install.log; trying again in a minute"' ERR

if ! command -v git >/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends git
fi
git init -q /opt/gourmetgram
git -C /opt/gourmetgram fetch -q --depth 1 "$REPOSITORY" "$REVISION"
git -C /opt/gourmetgram checkout -q --force --detach FETCH_HEAD
