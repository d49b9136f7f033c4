#!/bin/bash
# Stands in for a program that needs the network: records its arguments, and creates what the next step expects.
name=$(basename "$0")
echo "$name $*" >>/var/log/commands
last=${*: -1}
output=$(sed -n 's/.*--output \([^ ]*\).*/\1/p' <<<"$*")

case "$name $*" in
    *"$(cat /srv/fail-once 2>/dev/null || echo nothing)"*)
        rm -f /srv/fail-once
        exit 22
        ;;
    curl*helm*)
        mkdir -p linux-amd64
        cp "$0" linux-amd64/helm
        archive=$(basename "$last" .sha256sum)
        tar -czf "$archive" linux-amd64
        sha256sum "$archive" >"$archive.sha256sum"
        ;;
    curl*k3s*install.sh)
        echo 'env | grep -E "^(INSTALL_)?K3S_" | sed "s/^/k3s-install /" >>/var/log/commands' >"$output"
        ;;
    curl*.zip) cp /srv/food11.zip "$output" ;;
    fallocate*) touch "$last" ;;
    buildah\ push*) touch "$(cut -d: -f2 <<<"$last")" ;;
    kubectl\ get\ secret*) exit 1 ;;
    kubectl\ apply*-) sed 's/^/stdin /' >>/var/log/commands ;;
esac
