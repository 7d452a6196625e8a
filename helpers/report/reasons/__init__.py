"""Why a row is strange: shares of a score, and sentences."""
