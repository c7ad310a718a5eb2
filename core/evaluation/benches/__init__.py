"""The benchmarks of `core.evaluation.bench`, a module each: `add_arguments(command)`, and `run(options)`, which gives a
report that JSON can hold."""
