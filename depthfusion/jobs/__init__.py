"""Long work: what it is, how far it is, how it is cancelled, and the process it runs in."""
