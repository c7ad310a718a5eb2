"""Tables brought in and what is known of them: files read, data sets on disk, profile, catalog, schema, joins."""
