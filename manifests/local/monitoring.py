"""Prometheus and Alertmanager on one machine, with the rules of the cluster."""

import shutil
import sys
from typing import Any

import yaml

from manifests.local.settings import ROOT, STATE, LocalSettings

NAMESPACE = "gourmetgram"
"""Stands in for the Kubernetes namespace that the rules require."""


def require_programs(settings: LocalSettings) -> None:
    """Exit with a message if a program is not installed."""
    missing = [name for name in (settings.prometheus, settings.alertmanager) if not shutil.which(name)]
    if missing:
        sys.exit(
            f"{' and '.join(missing)} can't be found. On Debian: apt-get install "
            "--no-install-recommends prometheus prometheus-alertmanager. Or say where they are: make monitor "
            "GOURMETGRAM_PROMETHEUS=… GOURMETGRAM_ALERTMANAGER=…"
        )


def configure(settings: LocalSettings) -> None:
    """Write Prometheus' configuration file."""
    for folder in ("prometheus", "alertmanager"):
        (STATE / folder).mkdir(exist_ok=True)
    text = yaml.safe_dump(configuration(settings), sort_keys=False)
    (STATE / "prometheus/prometheus.yml").write_text(text)


def configuration(settings: LocalSettings) -> dict[str, Any]:
    """Return Prometheus' scrape targets, rule files and Alertmanager."""
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "30s"},
        "rule_files": [str(ROOT / "charts/gourmetgram/monitoring/rules/*.yaml")],
        "alerting": {"alertmanagers": [{"static_configs": [_address(settings.alertmanager_port)]}]},
        "scrape_configs": [
            _scrape("webapp", settings.webapp_port),
            _scrape("predictor", settings.predictor_port),
        ],
    }


def _scrape(job: str, port: int) -> dict[str, Any]:
    return {"job_name": job, "static_configs": [{**_address(port), "labels": {"namespace": NAMESPACE}}]}


def _address(port: int) -> dict[str, Any]:
    return {"targets": [f"127.0.0.1:{port}"]}
