"""The rules: measures over time and dimensions, shares, comparisons, lists by condition, as plans and as SQL."""
