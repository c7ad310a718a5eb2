"""Charts for every page: a `ChartSpec` becomes a Plotly figure in the reader's language and theme.

What to draw is decided elsewhere (`core/sql/charts/choose.py`, or the page itself); no code from a model is run."""
