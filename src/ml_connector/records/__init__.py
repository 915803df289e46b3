"""What was decided, written down: one transaction for state, mapping and trail."""
