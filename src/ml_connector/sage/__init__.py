"""The books: the port, what every driver must do, and the drivers."""
