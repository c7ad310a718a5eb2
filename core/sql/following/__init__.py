"""What goes on from an answer: a follow-up as an edit of the question before it, or of its statement."""
