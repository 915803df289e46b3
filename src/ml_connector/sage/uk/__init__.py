"""Sage 50 UK & Ireland over SDO: the only place that knows SDO's words."""
