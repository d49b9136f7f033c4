"""The dashboards, as code: `make dashboards` writes each one's JSON, which Grafana gets."""
