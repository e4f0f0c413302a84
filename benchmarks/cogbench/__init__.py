"""Measures this server beside its peers, side by side in one run. See benchmarks/README.md."""
