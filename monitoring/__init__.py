"""What watches the system: rules and their tests, dashboards, and a runbook page for every alert."""
