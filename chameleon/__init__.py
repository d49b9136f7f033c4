"""From nothing to the running system on virtual machines of Chameleon's KVM@TACC, and back.

Nothing is remembered here about the cloud: each module finds its resource by name, yields the changes
that are still needed, and a run that was cut short is continued by running it again.
"""
