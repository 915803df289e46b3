"""What an existing account takes over from the shop, by the chart's update policy.

    never         nothing
    fill blanks   fields that are empty in Sage
    follow        those, and fields that still hold what we wrote last

What a bookkeeper typed is never overwritten and never cleared, and a blank in the shop changes nothing. An
address counts as one: five lines from two addresses would be a third one, where nobody lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ml_connector.posting.choices.customers import UpdatePolicy
from ml_connector.posting.company import Account
from ml_connector.posting.effects import ADDRESS_FIELDS, ADDRESS_LINES, EMAIL_FIELDS
from ml_connector.posting.plan import CustomerFields, EnsureCustomer, FieldChange, Plan, UpdateCustomer

Ours = Mapping[str, tuple[str, ...]]
"""What we wrote on an account, by field: every text in its order, the last one last."""

_OF_A_PERSON = ("contact", "telephone", "email")

KEPT = "kept"
"""Under this name a receipt lists the fields that a person had changed meanwhile, separated by blanks."""


def changes(
    fields: CustomerFields, account: Account, policy: UpdatePolicy, ours: Ours, *, company: bool = False
) -> tuple[FieldChange, ...]:
    """What is to be changed on the account, as it was read last and by what we wrote.

    For a company's account it does not matter who of its people bought last: contact, telephone and e-mail
    stay, and a further buyer's e-mail takes the next free e-mail field.
    """
    if policy is UpdatePolicy.NEVER:
        return ()
    known: Ours = ours if policy is UpdatePolicy.FOLLOW else {}
    wanted, read = _of_fields(fields), _of_account(account)
    standing = {name: _by_now(read[name], known.get(name, ())) for name in read}
    aside = (*ADDRESS_FIELDS, *(_OF_A_PERSON if company else ()))
    plain = (name for name in wanted if name not in aside and wanted[name])
    names = [name for name in plain if _free(name, standing, known)]
    if any(wanted[name] for name in ADDRESS_FIELDS) and all(
        _free(name, standing, known) for name in ADDRESS_FIELDS
    ):
        names += ADDRESS_FIELDS
    made = (
        FieldChange(field=name, was=standing[name], becomes=wanted[name])
        for name in names
        if standing[name] != wanted[name]
    )
    return (*made, *(_further_email(fields.email, account) if company else ()))


def written(plans: Iterable[tuple[Plan, Mapping[str, object]]]) -> Ours:
    """What we wrote on an account: `plans` that were proved, oldest first, with what Sage said of their
    effect."""
    ours: dict[str, tuple[str, ...]] = {}
    for plan, numbers in plans:
        kept = str(numbers.get(KEPT, "")).split()
        for effect in plan.effects:
            if isinstance(effect, EnsureCustomer) and effect.create:
                ours |= {name: (text,) for name, text in _of_fields(effect.fields).items()}
            elif isinstance(effect, UpdateCustomer):
                for each in effect.changes:
                    if each.field not in kept:
                        ours[each.field] = (*ours.get(each.field, ()), each.becomes)
    return ours


def _further_email(email: str, account: Account) -> Iterator[FieldChange]:
    """The e-mail of another buyer, where the account has room for it and does not carry it yet."""
    known = {each.casefold() for each in account.emails}
    if email and email.casefold() not in known and len(account.emails) < len(EMAIL_FIELDS):
        yield FieldChange(field=EMAIL_FIELDS[len(account.emails)], was="", becomes=email)


def _by_now(read: str, ours: tuple[str, ...]) -> str:
    """What a field holds by now: it was read before our last write, if it held something older of ours.

    Should a person have typed the old text again, the agent finds that and keeps it.
    """
    return ours[-1] if read and read in ours else read


def _free(name: str, standing: Mapping[str, str], ours: Ours) -> bool:
    """Whether a field is empty in Sage, or holds what we wrote last."""
    return not standing[name] or ours.get(name, ("",))[-1] == standing[name]


def _of_fields(fields: CustomerFields) -> dict[str, str]:
    return {
        "name": fields.name,
        **dict(zip(ADDRESS_FIELDS, fields.address, strict=True)),
        "contact": fields.contact,
        "telephone": fields.telephone,
        "email": fields.email,
        "vat_number": fields.vat_number,
        "country": fields.country,
    }


def _of_account(account: Account) -> dict[str, str]:
    return {
        "name": account.name,
        **dict(_address(account)),
        "contact": account.contact,
        "telephone": account.telephone,
        "email": account.emails[0] if account.emails else "",
        "vat_number": account.vat_number,
        "country": account.country,
    }


def _address(account: Account) -> Iterator[tuple[str, str]]:
    lines = account.address or ("",) * (ADDRESS_LINES - 1) + (account.postcode,)
    return zip(ADDRESS_FIELDS, lines, strict=True)
