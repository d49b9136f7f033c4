"""From nothing to the running system on virtual machines of Chameleon's KVM@TACC, and back.

No state is kept about the cloud: each module finds its resource by name and yields the changes that are
still needed, so an interrupted run is continued by running it again.
"""
