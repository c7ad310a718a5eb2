"""Fine-tuning of small adapters: data sets, training, and the headless command. Nothing here answers a question."""
