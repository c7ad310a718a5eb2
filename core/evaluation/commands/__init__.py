"""The commands of `core.evaluation.run`, a module each: `add_arguments(command)`, and `run(options, note)`, which gives
a report that JSON can hold and notes the scores of each case."""
