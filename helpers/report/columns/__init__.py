"""What the columns of a table are, and how a detector reads them."""
