"""What the system needs around it: a cluster's platform, or a supervisor on one machine."""
