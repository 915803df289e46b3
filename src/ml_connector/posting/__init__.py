"""What the books should say: a document and the merchant's chart in, an ordered list of effects out."""
