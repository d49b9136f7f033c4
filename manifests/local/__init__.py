"""The whole system on one machine, without root: its services under supervisord, its state in `.local`."""
