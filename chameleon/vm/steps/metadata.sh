#!/bin/bash
# Keep pods from reading this machine's user data, which contains the cluster's join token.
set -euo pipefail
cat >/etc/systemd/system/gourmetgram-metadata.service <<'UNIT'
[Unit]
Description=Keeps pods away from the metadata service
Before=k3s.service k3s-agent.service

[Service]
Type=oneshot
RemainAfterExit=true
ExecStart=/bin/sh -c 'iptables -w -t raw -C PREROUTING -s 10.42.0.0/16 -d 169.254.169.254 -j DROP || iptables -w -t raw -I PREROUTING -s 10.42.0.0/16 -d 169.254.169.254 -j DROP'

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now gourmetgram-metadata.service
