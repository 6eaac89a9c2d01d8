"""Tasks: the data, space, networks and metric of one domain, a file each. Read the one you work in."""
