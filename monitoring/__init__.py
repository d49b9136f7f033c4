"""What watches the system: dashboards as code, the tests of the rules, and a runbook page for every alert.

The rules and what is generated lie in the chart, which is packed without the rest of the repository.
"""
