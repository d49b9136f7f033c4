"""Monitoring: dashboards as code, tests of the rules, and a runbook page for every alert.

The rules and generated files are in the chart, which is packaged without the rest of the repository.
"""
