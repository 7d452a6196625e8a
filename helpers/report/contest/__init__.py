"""The rows in four parts, the candidates that learn from them, and how one is chosen and judged."""
