#!/bin/bash
# Put Food-11 on this machine and give it to the cluster as the volume claim "food11".
# Source: $1 or $FOOD11, which is a URL of a zip, a zip, a folder, or "none".
set -euo pipefail
from=${1:-$FOOD11}
target=/srv/food11/Food-11
[ "$from" != none ] || exit 0

unpack() { # the zip or folder $1 into the new folder $2
    if [ -d "$1" ]; then cp -r "$1" "$2/Food-11"; else unzip -q "$1" -d "$2"; fi
}

sort_photos() { # <class>_<number>.jpg of the folder $1 into class_XX/
    find "$1" -maxdepth 1 -name '[0-9]*_*.*' -print0 | while IFS= read -r -d '' photo; do
        name=$(basename "$photo")
        folder=$(printf '%s/class_%02d' "$1" "${name%%_*}")
        mkdir -p "$folder"
        mv "$photo" "$folder/"
    done
}

if [ ! -d "$target" ]; then
    work=/srv/food11/new
    rm -rf "$work"
    mkdir -p "$work"
    case "$from" in
        *://*)
            curl --fail --location --retry 5 --silent --show-error --output "$work.zip" "$from"
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
    mv "$found" "$target"
    rm -rf "$work"
fi
sed "s/NODE_NAME/$(hostname)/" food11.yaml | kubectl apply -f -
