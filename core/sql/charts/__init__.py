"""Which chart fits a result. Drawing is done in `core/charts`."""
