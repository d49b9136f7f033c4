"""Creates and deletes the whole system on virtual machines of Chameleon's KVM@TACC.

No state is kept locally: each module looks its resource up by name and yields the changes that are still
needed, so an interrupted run continues when it is run again.
"""
