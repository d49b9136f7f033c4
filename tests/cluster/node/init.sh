#!/bin/sh
# The first process of the node, in new mount, process and network namespaces: it makes them a machine of their own
# and becomes the supervisor. When it ends, the kernel ends every process, mount and device of the node with it.
# Waits for a line on its input, which says that the network device is there.
set -eu
state=$1 device=$2 address=$3 outside=$4 services=$5
shift 5

mount --make-rshared /
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/netns

# What the node writes is in a file system of its own, in one sparse file, without write barriers: nothing waits for
# the disk, containerd's layers may lie on any file system of the machine, and to remove it all is to remove a file.
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
# Who connects from here to the machine outside is refused; answers to it pass.
for chain in OUTPUT FORWARD; do
  iptables -A "$chain" -d "$outside" -m conntrack --ctstate NEW -j REJECT
done

exec "$@"
