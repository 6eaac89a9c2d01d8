"""What evaluates many candidates, in parallel and crash-safe. To understand NAS one need not read it."""
