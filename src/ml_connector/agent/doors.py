"""The door to the books, as the settings say: Sage's SDK over COM, or the pretend engine.

The only file of the agent that knows the pretend engine, and the only one that asks for pywin32.
"""

from __future__ import annotations

import importlib
import sys
from typing import cast

from ml_connector.agent.settings import SageSettings
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.sage.books import BooksDoor
from ml_connector.sage.uk.door import SageUkDoor
from ml_connector.sage.uk.sdo import Dispatch
from ml_connector.sage.uk.session import Logon


def books_door(sage: SageSettings, password: str) -> BooksDoor:
    """A door on the company of the settings; it is not opened here.

    Raises NeedsPerson SETTINGS_INVALID where `sdk = "com"` is asked for on a system without COM.
    """
    logon = Logon(
        progid=f"SDOEngine.{sage.version}", path=str(sage.accdata), user=sage.user, password=password
    )
    return SageUkDoor(_over_com() if sage.sdk == "com" else _pretended, logon)


def _over_com() -> Dispatch:
    """pywin32's late-bound dispatch (reference: sage50_uk_sdo.md §2.4)."""
    if sys.platform != "win32":
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="Sage's SDK is there on Windows only.",
                why='The settings say sdk = "com" in [sage].',
                fix='Run the agent on the PC where Sage is installed, or set sdk = "sandbox" to try it out.',
            )
        )
    module = importlib.import_module("win32com.client.dynamic")
    return cast(Dispatch, vars(module)["Dispatch"])


def _pretended(progid: str) -> object:
    # Imported here, so that the agent at a real Sage never loads the pretend one.
    from ml_connector.sage.uk.sandbox.engine import create_engine

    return create_engine(int(progid.rpartition(".")[2]))
