"""Words, whatever the tables: tokens and stems of both languages, Spanish as English, time, comparisons, units."""
