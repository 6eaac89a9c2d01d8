"""Search algorithms, one file each; `protocol` says what they have in common."""
