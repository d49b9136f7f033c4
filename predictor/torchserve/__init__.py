"""TorchServe in place of our own server, for clusters that have settled on it."""
