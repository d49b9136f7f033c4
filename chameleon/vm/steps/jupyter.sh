#!/bin/bash
# JupyterLab with Food-11 at hand, where there is memory for it; its token is made once.
set -euo pipefail
[ "$SMALL" = no ] || exit 0
kubectl get secret jupyter --namespace gourmetgram >/dev/null 2>&1 ||
    kubectl create secret generic jupyter --namespace gourmetgram --from-file=token=<(openssl rand -hex 16 | tr -d '\n')
sed "s/JUPYTER_VERSION/$JUPYTER_VERSION/" jupyter.yaml | kubectl apply -f -
