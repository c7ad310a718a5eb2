"""What the recorded questions say about the product: figures, trends, alerts."""
