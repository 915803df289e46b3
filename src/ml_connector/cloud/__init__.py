"""The service: reads the shop, decides, records, and hands commands to agents."""
