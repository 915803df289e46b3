"""ml-connector: what an Adobe Commerce shop sold, in Sage 50, to the penny, once.

Start reading at `sync/engine.py`.
"""

__version__ = "0.1.0"
