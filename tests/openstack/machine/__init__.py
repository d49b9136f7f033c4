"""A machine that boots like a new virtual machine: systemd and cloud-init in a container without network."""
