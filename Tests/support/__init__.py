"""What the black-box suites share: a server to start, clients, a receiver, a look at processes."""
