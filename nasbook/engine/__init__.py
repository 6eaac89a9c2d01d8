"""What makes a search parallel and safe from crashes. Who wants to understand NAS need not read it."""
