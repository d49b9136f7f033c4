#!/bin/bash
# Build the images from the source here, tagged with its commit, and import them into this machine's k3s.
# k3s imports everything in this folder when it starts, so an agent can build before it joins.
set -euo pipefail
folder=/var/lib/rancher/k3s/agent/images
source=/opt/gourmetgram
tag=$(git -C "$source" rev-parse --short=12 HEAD)
mkdir -p "$folder"
for process in webapp predictor cronjobs; do
    image="localhost/gourmetgram/$process:$tag"
    archive="$folder/$process-$tag.tar"
    [ ! -e "$archive" ] || continue
    buildah build --isolation chroot --network host --layers --tag "$image" \
        --file "$source/$process/Dockerfile" "$source"
    rm -f "$archive.new"
    buildah push "$image" "docker-archive:$archive.new:$image"
    mv "$archive.new" "$archive"
    find "$folder" -name "$process-*.tar" ! -name "$process-$tag.tar" -delete
done
! systemctl is-active --quiet k3s k3s-agent || for archive in "$folder"/*-"$tag".tar; do
    k3s ctr --namespace k8s.io images import "$archive"
done
