"""The contract: what crosses a process boundary, written once."""
