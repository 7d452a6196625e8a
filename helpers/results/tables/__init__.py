"""One module a long table: `make bench BENCH_ARGS="--results NAME"` computes it."""
