"""What makes a statement safe to run: the guard that admits it, the sandbox that runs it, the frames that come back."""
