#!/bin/sh
# The node's first process, in new mount, process and network namespaces: it sets them up as a machine and becomes
# the supervisor. When it ends, the kernel ends all processes, mounts and devices of the node.
# It waits for a line on its input, which means that the network device exists.
set -eu
state=$1 device=$2 address=$3 outside=$4 services=$5
shift 5

mount --make-rshared /
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/netns

# The node writes to its own file system in one sparse file, without write barriers: nothing waits for the disk,
# containerd's layers work on any file system of the machine, and removing that file removes everything.
disk=$state/disk
if ! [ -e "$disk.img" ]; then
  truncate -s 64G "$disk.new"
  mkfs.ext4 -q -J size=64 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$disk.new"
  mv "$disk.new" "$disk.img"
fi
mkdir -p "$disk"
mount -o loop,nobarrier,noinit_itable "$disk.img" "$disk"
for folder in /var/log /var/lib/cni /var/lib/kubelet; do
  mkdir -p "$folder" "$disk$folder"
  mount --bind "$disk$folder" "$folder"
done

read -r _
ip link set lo up
ip address add "$address/30" dev "$device"
ip link set "$device" up
# Service addresses need a route before kube-proxy's rules rewrite them; nothing else has one.
ip route add "$services" dev "$device"
sysctl -qw net.ipv4.ip_forward=1
modprobe br_netfilter 2>/dev/null || true
sysctl -qw net.bridge.bridge-nf-call-iptables=1
# Refuse connections from here to the machine outside; responses to it pass.
for chain in OUTPUT FORWARD; do
  iptables -A "$chain" -d "$outside" -m conntrack --ctstate NEW -j REJECT
done

exec "$@"
