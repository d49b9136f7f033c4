"""Creates the cluster's certificate authorities, certificates and kubeconfigs with openssl."""

import base64
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.cluster.node import network
from tests.cluster.node.commands import run
from tests.cluster.node.places import CERTIFICATES, KUBECONFIG

NODE_NAME = "node"
SERVER = f"https://{network.NODE_ADDRESS}:6443"


@dataclass(frozen=True)
class Certificate:
    """A certificate: its subject, who signs it, and the names a server goes by."""

    name: str
    subject: str
    authority: str = "ca"
    names: tuple[str, ...] = ()


API_SERVER_NAMES = (
    "DNS:kubernetes",
    "DNS:kubernetes.default",
    "DNS:kubernetes.default.svc",
    "DNS:kubernetes.default.svc.cluster.local",
    f"IP:{network.API_SERVICE_ADDRESS}",
    f"IP:{network.NODE_ADDRESS}",
)
# Kubernetes' default roles and the Node authorizer go by these subjects.
CLIENTS = (
    Certificate("admin", "/O=system:masters/CN=admin"),
    Certificate("kube-controller-manager", "/CN=system:kube-controller-manager"),
    Certificate("kube-scheduler", "/CN=system:kube-scheduler"),
    Certificate("kube-proxy", "/CN=system:kube-proxy"),
    Certificate("kube-router", "/O=system:masters/CN=kube-router"),
    Certificate(
        "kubelet",
        f"/O=system:nodes/CN=system:node:{NODE_NAME}",
        names=(f"DNS:{NODE_NAME}", f"IP:{network.NODE_ADDRESS}"),
    ),
)
CERTIFICATE_TABLE = (
    *CLIENTS,
    Certificate("kube-apiserver", "/CN=kube-apiserver", names=API_SERVER_NAMES),
    Certificate("kube-apiserver-kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
    Certificate("front-proxy-client", "/CN=front-proxy-client", authority="front-proxy-ca"),
)


def create_all() -> None:
    """Write the keys, certificates and kubeconfigs that are missing."""
    CERTIFICATES.mkdir(mode=0o700, parents=True, exist_ok=True)
    for authority in ("ca", "front-proxy-ca"):
        create(Certificate(authority, f"/CN={authority}", authority=""))
    for certificate in CERTIFICATE_TABLE:
        create(certificate)
    if not key("service-account").exists():
        options = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        run("openssl", "genpkey", *options, "-out", key("service-account"))
        run("openssl", "pkey", "-in", key("service-account"), "-pubout", "-out", public("service-account"))
    for client in CLIENTS:
        _write_kubeconfig(client.name, CERTIFICATES / f"{client.name}.kubeconfig")
    _write_kubeconfig("admin", KUBECONFIG)


def create(certificate: Certificate) -> None:
    """Write the certificate and its key unless they exist; without an authority it is self-signed."""
    if public(certificate.name).exists():
        return
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-days",
        "365",
    ]
    command += ["-subj", certificate.subject, "-keyout", str(key(certificate.name))]
    if certificate.authority:
        command += ["-CA", str(public(certificate.authority)), "-CAkey", str(key(certificate.authority))]
        command += ["-addext", "basicConstraints=critical,CA:FALSE"]
        command += ["-addext", "extendedKeyUsage=clientAuth,serverAuth"]
    if certificate.names:
        command += ["-addext", f"subjectAltName={','.join(certificate.names)}"]
    run(*command, "-out", public(certificate.name))


def public(name: str) -> Path:
    """Return the file of a certificate or public key."""
    return CERTIFICATES / f"{name}.crt"


def key(name: str) -> Path:
    """Return the file of a private key."""
    return CERTIFICATES / f"{name}.key"


def encoded(path: Path) -> str:
    """Return the file's bytes in base64, as Kubernetes objects hold them."""
    return base64.b64encode(path.read_bytes()).decode()


def _write_kubeconfig(client: str, path: Path) -> None:
    user = {"client-certificate-data": encoded(public(client)), "client-key-data": encoded(key(client))}
    cluster = {"server": SERVER, "certificate-authority-data": encoded(public("ca"))}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "gourmetgram", "cluster": cluster}],
        "users": [{"name": client, "user": user}],
        "contexts": [{"name": "gourmetgram", "context": {"cluster": "gourmetgram", "user": client}}],
        "current-context": "gourmetgram",
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content))
