"""`python -m ml_connector.agent`: the same as the `ml-connector-agent` command."""

import sys

from ml_connector.agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
