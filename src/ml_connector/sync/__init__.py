"""The conductor: which record moves when, and how cloud and agent speak. It sees only values and ports."""
