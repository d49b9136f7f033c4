"""The whole system on one machine, without root: its parts under supervisor, its state in `.local`."""
