"""The Windows program that holds the Sage session and posts; it decides only found, absent or unknown."""
