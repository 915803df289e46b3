"""What the shop did, in our own words: exact, frozen, and without a way out to the world."""
