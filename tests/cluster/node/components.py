"""Kubernetes' own processes: their command lines, configuration and supervisor."""

import configparser
import shutil
from pathlib import Path
from string import Template

from tests.cluster.node import network
from tests.cluster.node.certificates import NODE_NAME, key, public
from tests.cluster.node.gobuild import built
from tests.cluster.node.pieces import HELM, KUBE_ROUTER, KUBERNETES, VERSITYGW
from tests.cluster.node.places import BINARIES, CERTIFICATES, CONTAINERD_SOCKET, DISK, LOGS, STATE

CONFIGURATION = STATE / "config"
ETCD = "http://127.0.0.1:2379"

Flags = dict[str, object]


def _kubeconfig(component: str) -> Path:
    return CERTIFICATES / f"{component}.kubeconfig"


# etcd listens only inside the node's network namespace, so it needs no certificates; its data is disposable.
ETCD_FLAGS: Flags = {
    "data-dir": DISK / "etcd",
    "listen-client-urls": ETCD,
    "advertise-client-urls": ETCD,
    "listen-peer-urls": "http://127.0.0.1:2380",
    "unsafe-no-fsync": True,
}
API_SERVER_FLAGS: Flags = {
    "advertise-address": network.NODE_ADDRESS,
    "allow-privileged": True,
    "authorization-mode": "Node,RBAC",
    "client-ca-file": public("ca"),
    "enable-admission-plugins": "NodeRestriction",
    "etcd-servers": ETCD,
    "kubelet-certificate-authority": public("ca"),
    "kubelet-client-certificate": public("kube-apiserver-kubelet-client"),
    "kubelet-client-key": key("kube-apiserver-kubelet-client"),
    "kubelet-preferred-address-types": "InternalIP",
    "proxy-client-cert-file": public("front-proxy-client"),
    "proxy-client-key-file": key("front-proxy-client"),
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-client-ca-file": public("front-proxy-ca"),
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-username-headers": "X-Remote-User",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": public("service-account"),
    "service-account-signing-key-file": key("service-account"),
    "service-cluster-ip-range": network.SERVICE_RANGE,
    "tls-cert-file": public("kube-apiserver"),
    "tls-private-key-file": key("kube-apiserver"),
}
CONTROLLER_MANAGER_FLAGS: Flags = {
    "cluster-signing-cert-file": public("ca"),
    "cluster-signing-key-file": key("ca"),
    "horizontal-pod-autoscaler-downscale-stabilization": "15s",  # tests wait for this
    "kubeconfig": _kubeconfig("kube-controller-manager"),
    "leader-elect": False,
    "root-ca-file": public("ca"),
    "service-account-private-key-file": key("service-account"),
    "use-service-account-credentials": True,
}
SCHEDULER_FLAGS: Flags = {"kubeconfig": _kubeconfig("kube-scheduler"), "leader-elect": False}
KUBELET_FLAGS: Flags = {
    "config": CONFIGURATION / "kubelet.yaml",
    "hostname-override": NODE_NAME,
    "kubeconfig": _kubeconfig("kubelet"),
    "node-ip": network.NODE_ADDRESS,
}
PROXY_FLAGS: Flags = {
    "cluster-cidr": network.POD_RANGE,
    "conntrack-max-per-core": 0,
    "hostname-override": NODE_NAME,
    "kubeconfig": _kubeconfig("kube-proxy"),
    "oom-score-adj": 0,
    "proxy-mode": "iptables",
}
# Only kube-router's firewall, which enforces NetworkPolicies; it is restarted until the node is registered.
ROUTER_FLAGS: Flags = {
    "hostname-override": NODE_NAME,
    "kubeconfig": _kubeconfig("kube-router"),
    "run-firewall": True,
    "run-loadbalancer": False,
    "run-router": False,
    "run-service-proxy": False,
    "service-cluster-ip-range": network.SERVICE_RANGE,
}
COMPONENTS: dict[str, Flags] = {
    "etcd": ETCD_FLAGS,
    "kube-apiserver": API_SERVER_FLAGS,
    "kube-controller-manager": CONTROLLER_MANAGER_FLAGS,
    "kube-scheduler": SCHEDULER_FLAGS,
    "kubelet": KUBELET_FLAGS,
    "kube-proxy": PROXY_FLAGS,
    "kube-router": ROUTER_FLAGS,
}


def command(component: str) -> str:
    """Return the component's command line."""
    flags = (
        f"--{name}={str(value).lower() if value in (True, False) else value}"
        for name, value in COMPONENTS[component].items()
    )
    return " ".join([str(BINARIES / component), *flags])


def link_binaries() -> None:
    """Link the binaries, including kubectl, helm and the store, into one folder for PATH."""
    BINARIES.mkdir(parents=True, exist_ok=True)
    targets = dict.fromkeys([*COMPONENTS, "kubectl"], built(KUBERNETES) / "kubernetes")
    targets["kube-router"] = built(KUBE_ROUTER) / "kube-router-firewall"
    targets["helm"] = built(HELM) / "helm"
    targets["versitygw"] = built(VERSITYGW) / "versitygw"
    for name, target in targets.items():
        (BINARIES / name).unlink(missing_ok=True)
        (BINARIES / name).symlink_to(target)


def write_configuration() -> None:
    """Write the configuration of containerd, the pods' network, the kubelet and the supervisor."""
    (CONFIGURATION / "cni").mkdir(parents=True, exist_ok=True)
    _fill("containerd.toml", CONFIGURATION / "containerd.toml")
    _fill("pods.conflist", CONFIGURATION / "cni/pods.conflist")
    _fill("kubelet.yaml", CONFIGURATION / "kubelet.yaml")
    with (STATE / "supervisord.conf").open("w") as file:
        supervisor_configuration().write(file)


def supervisor_configuration() -> configparser.RawConfigParser:
    """Return supervisord's configuration; it restarts processes as the kubelet restarts static pods."""
    programs = {"containerd": f"{shutil.which('containerd')} --config {CONFIGURATION}/containerd.toml"}
    programs |= {component: command(component) for component in COMPONENTS}
    socket = f"{STATE}/supervisor.sock"
    configuration = configparser.RawConfigParser()
    configuration["supervisord"] = {
        "logfile": f"{LOGS}/supervisord.log",
        "pidfile": f"{STATE}/supervisord.pid",
        "user": "root",
    }
    configuration["unix_http_server"] = {"file": socket, "chmod": "0700"}
    configuration["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    configuration["supervisorctl"] = {"serverurl": f"unix://{socket}"}
    for name, line in programs.items():
        configuration[f"program:{name}"] = {
            "command": line.replace("%", "%%"),
            "stdout_logfile": f"{LOGS}/{name}.log",
            "redirect_stderr": "true",
            "autorestart": "true",
            "startretries": "1000",
            "startsecs": "1",
        }
    return configuration


def _fill(template: str, target: Path) -> None:
    text = Template((Path(__file__).parent / "config" / template).read_text())
    target.write_text(
        text.substitute(
            state=STATE,
            disk=DISK,
            pki=CERTIFICATES,
            socket=CONTAINERD_SOCKET,
            pause=KUBERNETES.images[0].name,
            pods=network.POD_RANGE,
            dns=network.DNS_ADDRESS,
        )
    )
