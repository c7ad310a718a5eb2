"""True sentences about a result, and the statistics that they rest on."""
