"""Which of an integration's four values a shop does not accept, told by the words of its refusal.

The shop looks at them in turn and names the first that is wrong, always with status 401 or 400; its words are
the only thing that tells them apart (reference: adobe_commerce.md §1.5, §9.2). `answers.py` makes the error.
"""

from __future__ import annotations

from dataclasses import dataclass

_SCREEN = "In the shop's admin, System > Integrations, open the integration"
_COPY = f"{_SCREEN}, copy all four values and enter them"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """A refusal that has all these words, in lower case: why, and what to do."""

    words: tuple[str, ...]
    why: str
    fix: str


_REFUSED = (
    _Refused(
        # “signatire” is how 2.3 spells it.
        words=("signat",),
        why="A secret is wrong; or a proxy before the shop hides its https, host or port, which are signed.",
        fix="Enter the integration's two secrets again; if they are right, let the proxy pass on Host, with"
        " its port, and X-Forwarded-Proto.",
    ),
    _Refused(
        words=("consumer key", "length"),
        why="The consumer key does not have 32 characters: a part is missing, or something more was copied.",
        fix=f"{_SCREEN} and copy the consumer key once more, whole and without a space.",
    ),
    _Refused(
        words=("token", "length"),
        why="The access token does not have 32 characters: a part is missing, or something more was copied.",
        fix=f"{_SCREEN} and copy the access token once more, whole and without a space.",
    ),
    _Refused(
        words=("consumer", "key does not exist"),
        why="No integration of this shop has this consumer key: it is mistyped, the integration was deleted,"
        " or it is another shop's.",
        fix=f"See that the address is this shop's. {_COPY}.",
    ),
    _Refused(
        words=("token", "does not exist"),
        why="The consumer key is right and the access token is not: it is mistyped, or the integration was"
        " activated anew since, which gives it other tokens.",
        fix=f"{_COPY}; each activation changes the access token and its secret.",
    ),
    _Refused(
        words=("not associated",),
        why="The consumer key and the access token belong to two different integrations of this shop.",
        fix=f"{_COPY}, all of this one.",
    ),
    _Refused(
        words=("revoked",),
        why="The integration was deactivated, or its tokens were withdrawn.",
        fix=f"In the shop's admin, System > Integrations, activate the integration again. {_COPY}.",
    ),
)
_OTHERWISE = (
    "The key or token is mistyped, belongs to another integration or shop, or was revoked.",
    f"{_COPY}.",
)


def refused_keys(message: str) -> tuple[str, str]:
    """Why the shop refused the credentials, and what to do; `message` is its own, filled in."""
    words = message.lower()
    for refused in _REFUSED:
        if all(each in words for each in refused.words):
            return refused.why, refused.fix
    return _OTHERWISE
