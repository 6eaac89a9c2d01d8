"""Weight sharing: one network that holds all networks of the book's space. For chapter 24 only."""
