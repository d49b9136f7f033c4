#!/bin/bash
# Give a small machine a swap file for building images; pods don't use it.
set -euo pipefail
[ "$SMALL" = yes ] || exit 0
[ -e /swapfile ] || {
    fallocate -l 4G /swapfile.new
    chmod 600 /swapfile.new
    mkswap /swapfile.new
    mv /swapfile.new /swapfile
    echo "/swapfile none swap sw 0 0" >>/etc/fstab
}
swapon --show=NAME --noheadings | grep -qx /swapfile || swapon /swapfile
