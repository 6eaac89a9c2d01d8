"""What a reader sees: style, plots and widgets. Whoever only searches need not read it."""
