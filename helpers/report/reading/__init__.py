"""What the text of a file means: its layout, its numbers and dates, as a frame."""
