"""How fast the chain is on this machine: `make bench`."""
