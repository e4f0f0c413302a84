"""Mixed load on running servers, for long. See benchmarks/README.md."""
