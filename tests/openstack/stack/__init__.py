"""A whole OpenStack on this machine's loopback, without hypervisor and switches, for the tests beside it.

Keystone, Glance, Placement, Neutron, Nova and Blazar run from PyPI, on MariaDB and RabbitMQ from Debian.
Only two parts are not the real thing: Nova's own fake driver boots nothing, and ports are bound by ten lines
of ours instead of a switch.
"""
