"""The answers of a look, made once for every driver from what it read.

A driver hands over *every* live document and ledger entry that is, or may be, the effect's own. From that:
nothing at all is Absent, one is Found (with its differences), more are Found with `copies`, and what cannot
be told is Unknown, which never writes (design: “At Sage”).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ml_connector.documents.money import pounds
from ml_connector.posting.effects import ADDRESS_FIELDS
from ml_connector.posting.plan import (
    Allocation,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    UpdateCustomer,
    UpdateLedger,
)
from ml_connector.sage.books import Absent, Before, Found, Look, Unknown
from ml_connector.sage.differences import document_differences, ledger_differences, money_differences
from ml_connector.sage.standing import StandingDocument, StandingEntry, StandingSplit

Numbers = dict[str, int | str | tuple[int, ...]]


def document_look(
    plan: Plan, effect: PostDocument, documents: Sequence[StandingDocument], entries: Sequence[StandingEntry]
) -> Look:
    """The answer for a document; one that was posted has to stand in the ledger as planned, too.

    numbers: `invoice_number`, and `header` once posted; `invoice_numbers` when there is more than one.
    """
    if not documents and not entries:
        return Absent()
    numbers: Numbers = {}
    if entries:
        numbers["header"] = entries[0].header
    if not documents:
        gone = f"It is in the ledger as transaction {entries[0].header}, but no longer among the invoices."
        return Found(numbers=numbers, differences=(gone,), copies=len(entries))
    document = documents[0]
    numbers["invoice_number"] = document.number
    if len(documents) > 1:
        numbers["invoice_numbers"] = tuple(each.number for each in documents)
    differences = document_differences(plan, effect, document)
    if document.posted and plan.ledger is not None:
        differences += _posted_differences(plan, plan.ledger, document, entries)
    return Found(numbers=numbers, differences=differences, copies=max(len(documents), len(entries)))


def ledger_look(
    plan: Plan, effect: UpdateLedger, documents: Sequence[StandingDocument], entries: Sequence[StandingEntry]
) -> Look:
    """The answer for a ledger update, from the same two lists as `document_look`.

    numbers: `header`, `splits` and `invoice_number`; `headers` and `invoice_numbers` when there are more. For
    a document in a foreign currency also `base_gross`, which is told and never compared: the rate is Sage's.
    """
    copies = max(len(documents), len(entries))
    if not copies:
        return Absent()
    if copies > 1:
        numbers: Numbers = {
            "invoice_numbers": tuple(each.number for each in documents),
            "headers": tuple(each.header for each in entries),
        }
        return Found(numbers=numbers, copies=copies)
    document = documents[0] if documents else None
    if document is None or (document.posted and entries):
        return _ledger_found(plan, effect, document, entries[0])
    if entries:
        return Unknown(
            f"Document {document.number} is not marked as posted, "
            f"but transaction {entries[0].header} stands in the ledger for it."
        )
    if document.posted:
        differences = _posted_differences(plan, effect, document, entries)
        return Found(numbers={"invoice_number": document.number}, differences=differences)
    return Absent()


def money_look(plan: Plan, effect: Receipt | RefundPayment, entries: Sequence[StandingEntry]) -> Look:
    """The answer for a receipt or refund payment. numbers: `header` and `splits`."""
    if not entries:
        return Absent()
    entry = entries[0]
    return Found(
        numbers={"header": entry.header, "splits": tuple(split.number for split in entry.splits)},
        differences=money_differences(plan, effect, entry),
        copies=len(entries),
    )


def allocation_look(
    effect: Allocation,
    before: Before,
    debit: StandingSplit | str,
    credit: StandingSplit | str,
    currency: str,
) -> Look:
    """The answer for an allocation, from what was and what is outstanding on its two splits.

    A side that could not be found is a sentence instead of a split. numbers: `splits` (debit, credit).
    """
    if isinstance(debit, str):
        return Unknown(debit)
    if isinstance(credit, str):
        return Unknown(credit)
    if before.debit is None or before.credit is None:
        return Unknown("What was outstanding before this allocation was not recorded.")
    amount, names = pounds(effect.amount, currency), (effect.debit.reference, effect.credit.reference)
    if min(before.debit, before.credit) < effect.amount:
        return Unknown(
            f"{amount} is to be allocated, but only {pounds(before.debit, currency)} is outstanding on "
            f"{names[0]} and {pounds(before.credit, currency)} on {names[1]}."
        )
    if (debit.outstanding, credit.outstanding) == (before.debit, before.credit):
        return Absent()
    if (debit.outstanding + effect.amount, credit.outstanding + effect.amount) == (
        before.debit,
        before.credit,
    ):
        return Found(numbers={"splits": (debit.number, credit.number)})
    changes = " and ".join(
        f"{pounds(was, currency)} on {name} became {pounds(side.outstanding, currency)}"
        for was, name, side in zip((before.debit, before.credit), names, (debit, credit), strict=True)
    )
    return Unknown(f"{changes}: neither what was outstanding before an allocation of {amount} nor after it.")


def update_look(effect: UpdateCustomer, standing: Mapping[str, str]) -> Look:
    """The answer for fields of an account; `standing` holds what each of them says now, without outer blanks.

    What is neither as it was nor as it becomes was changed by a person, and is kept.
    numbers: `account_ref`; `kept`, the names of such fields with a blank between, where there are any.
    """
    if still_to_write(effect, standing):
        return Absent()
    kept = [each.field for each in effect.changes if standing[each.field] != each.becomes]
    numbers: Numbers = {"account_ref": effect.account_ref}
    return Found(numbers=numbers | ({"kept": " ".join(kept)} if kept else {}))


def still_to_write(effect: UpdateCustomer, standing: Mapping[str, str]) -> dict[str, str]:
    """What an update still has to write, by field: where it holds what it held when that was decided.

    An address counts as one: if a person changed a line of it, none of its lines is written.
    """
    typed = [each for each in effect.changes if standing[each.field] not in (each.was, each.becomes)]
    kept = ADDRESS_FIELDS if any(each.field in ADDRESS_FIELDS for each in typed) else ()
    return {
        each.field: each.becomes
        for each in effect.changes
        if standing[each.field] == each.was and each.field not in kept
    }


def chosen_split(
    entries: Sequence[StandingEntry], reference: str, position: int, gross: int
) -> StandingSplit | str:
    """The split that one side of an allocation means, or a sentence that says why it cannot be told."""
    if len(entries) != 1:
        count = "no transaction" if not entries else f"{len(entries)} transactions"
        return f"The ledger holds {count} for {reference}."
    splits = entries[0].splits
    if position >= len(splits) or splits[position].gross != gross:
        return (
            f"Transaction {entries[0].header} ({reference}) has no split {position + 1} over {pounds(gross)}."
        )
    return splits[position]


def _ledger_found(
    plan: Plan, effect: UpdateLedger, document: StandingDocument | None, entry: StandingEntry
) -> Found:
    numbers: Numbers = {"header": entry.header, "splits": tuple(split.number for split in entry.splits)}
    if document is not None:
        numbers["invoice_number"] = document.number
        if document.base_gross is not None:
            numbers["base_gross"] = document.base_gross
    return Found(numbers=numbers, differences=ledger_differences(plan, effect, entry))


def _posted_differences(
    plan: Plan, effect: UpdateLedger, document: StandingDocument, entries: Sequence[StandingEntry]
) -> tuple[str, ...]:
    if entries:
        return ledger_differences(plan, effect, entries[0])
    if not effect.splits:
        return ()  # a document of 0.00 leaves nothing in the ledger
    return (f"Document {document.number} is marked as posted, but no transaction of it is in the ledger.",)
