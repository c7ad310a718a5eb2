"""What leaves the workspace as a file: conversations with their evidence. It writes no file itself."""
