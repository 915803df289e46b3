"""Finding companies: `engine.GetCompanies` (reference sage50_uk_sdo.md §1.5; never seen used, so all [L])."""

from __future__ import annotations

from pathlib import Path

from .storage import DATA_FILE, SETUP_FILE, CompanyFile
from .tables.settings import SETUP
from .values import text


class Company:
    """ICompany. `Path` is the ACCDATA folder, `UniqueRegID` survives restarts and tells companies apart."""

    __slots__ = ("_id", "_name", "_path", "_version")

    def __init__(self, accdata: Path) -> None:
        file = CompanyFile(accdata)
        try:
            self._path = str(accdata)
            self._id = file.option("COMPANY_ID")
            self._version = int(file.option("DATA_VERSION"))
            self._name = "".join(text(row, "NAME") for row in file.rows(SETUP))
        finally:
            file.close()

    @property
    def Path(self) -> str:
        return self._path

    @property
    def Name(self) -> str:
        return self._name

    @property
    def UniqueRegID(self) -> str:
        return self._id

    @property
    def MajorVersion(self) -> int:
        return self._version


class Companies:
    """ICompanies: `MoveFirst` and `MoveNext` return a Company, None at the end."""

    __slots__ = ("_at", "_found")

    def __init__(self, found: list[Company]) -> None:
        self._found = found
        self._at = -1

    @property
    def Count(self) -> int:
        return len(self._found)

    def Item(self, Path: str) -> Company | None:
        """The company with this data path."""
        return next((company for company in self._found if company.Path == Path), None)

    def MoveFirst(self) -> Company | None:
        self._at = -1
        return self.MoveNext()

    def MoveNext(self) -> Company | None:
        self._at += 1
        return self._found[self._at] if self._at < len(self._found) else None


def find_companies(base: Path) -> Companies:
    """Every ACCDATA folder at, in, or two levels below `base`, in order of path."""
    folders = [base, *base.glob("ACCDATA"), *base.glob("*/ACCDATA")]
    parts = (SETUP_FILE, DATA_FILE)
    valid = {folder for folder in folders if all((folder / part).is_file() for part in parts)}
    return Companies([Company(folder) for folder in sorted(valid)])
