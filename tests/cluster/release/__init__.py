"""Tests one release of the chart from installation to uninstallation, in the order of the files' names."""
