"""A whole OpenStack on this machine's loopback, without hypervisor and switches, for tests.

Keystone, Glance, Placement, Neutron, Nova and Blazar run from PyPI, on MariaDB and RabbitMQ from Debian.
Only two parts are fake: Nova's fake driver boots nothing, and a few lines of our own bind ports instead of a
switch.
"""
