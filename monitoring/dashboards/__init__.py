"""The dashboards, as code: `make dashboards` writes each one's JSON for Grafana."""
