#!/bin/bash
# Install JupyterLab with Food-11 mounted, if there is enough memory; its token is generated once.
set -euo pipefail
[ "$SMALL" = no ] || exit 0
kubectl get secret jupyter --namespace gourmetgram >/dev/null 2>&1 ||
    kubectl create secret generic jupyter --namespace gourmetgram --from-file=token=<(openssl rand -hex 16 | tr -d '\n')
sed "s/JUPYTER_VERSION/$JUPYTER_VERSION/" jupyter.yaml | kubectl apply -f -
