#!/bin/bash
# Put Food-11 on this machine and offer it to the cluster as the volume claim "food11".
# Source: $1, which replaces earlier photos, or $FOOD11: a URL of a zip, the path of a zip or a folder, or "none".
set -euo pipefail
from=${1:-$FOOD11}
target=/srv/food11/Food-11
export KUBECONFIG=/etc/rancher/k3s/k3s.yaml

# Create the claim first, even for an empty folder: Jupyter doesn't start without it.
mkdir -p /srv/food11
sed "s/NODE_NAME/$(hostname)/" "$(dirname "$0")/../food11.yaml" | kubectl apply -f -
[ "$from" != none ] || exit 0

unpack() { # the zip or folder $1 into the new folder $2
    if [ -d "$1" ]; then cp -r "$1" "$2/Food-11"; else unzip -q "$1" -d "$2"; fi
}

sort_photos() { # <class>_<number>.jpg of the folder $1 into class_XX/
    find "$1" -maxdepth 1 -name '[0-9]*_*.*' -print0 | while IFS= read -r -d '' photo; do
        name=${photo##*/}
        printf -v folder '%s/class_%02d' "$1" "${name%%_*}"
        [ -d "$folder" ] || mkdir "$folder"
        mv "$photo" "$folder/"
    done
}

if [ $# -gt 0 ] || [ ! -d "$target" ]; then
    work=/srv/food11/new
    rm -rf "$work"
    mkdir -p "$work"
    case "$from" in
        *://*)
            curl --fail --location --retry 5 --silent --show-error --output "$work.zip" "$from" || {
                # The system runs without the course's data, so this isn't retried forever.
                echo "gourmetgram: no Food-11 at $from: sudo $0 PATH" | tee /dev/console
                exit 0
            }
            unpack "$work.zip" "$work"
            rm "$work.zip"
            ;;
        *) unpack "$from" "$work" ;;
    esac
    found=$(find "$work" -type d -name training -printf '%h\n' -quit)
    for part in training validation evaluation; do
        [ -d "$found/$part" ] || { echo "Food-11 from $from has no folder $part" >&2; exit 1; }
        sort_photos "$found/$part"
    done
    chmod -R a+rX "$found"
    rm -rf "$target"
    mv "$found" "$target"
    rm -rf "$work"
fi
