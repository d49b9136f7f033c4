#!/bin/bash
# Bring /opt/gourmetgram to the revision that this machine was told to run.
set -euo pipefail
# shellcheck source=/dev/null
. /etc/gourmetgram/deployment.env
export GIT_TERMINAL_PROMPT=0

if ! command -v git >/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends git
fi
git init -q /opt/gourmetgram
git -C /opt/gourmetgram fetch -q --depth 1 "$REPOSITORY" "$REVISION"
git -C /opt/gourmetgram checkout -q --force --detach FETCH_HEAD
