"""Checks of what is about to be shown, each against its source and none against a model's word."""
