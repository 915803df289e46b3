"""Pairing: a code that a person typed becomes this agent's own credential.

The certificate is pinned first, where a fingerprint is given; the credential goes into the secret store
before the journal names it, so that a death in between costs a new code and nothing else.
"""

from __future__ import annotations

from ml_connector import __version__
from ml_connector.agent import tls
from ml_connector.agent.company import accept
from ml_connector.agent.journal import Fact, Journal
from ml_connector.agent.link import Link
from ml_connector.agent.secrets import SecretStore
from ml_connector.agent.settings import AgentSettings, check_url
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.sync.protocol import Pair, Paired


def pair(
    settings: AgentSettings,
    journal: Journal,
    secrets: SecretStore,
    clock: Clock,
    *,
    url: str,
    code: str,
    fingerprint: str,
) -> Paired:
    """Pair with the cloud at `url`, or at the settings' `cloud_url` when it is empty.

    Raises NeedsPerson: PAIRING_CODE, CLOUD_CERTIFICATE, SETTINGS_INVALID; TryAgain: CLOUD_UNREACHABLE.
    """
    url = (url or settings.cloud_url).rstrip("/")
    fault = check_url(url) if url else "it is missing"
    if fault:
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="The cloud's URL cannot be used.",
                why=f"--url: {fault}.",
                fix="Take it from the dashboard, where the pairing code stands.",
            )
        )
    if fingerprint:
        tls.pin(url, fingerprint, settings.certificate)
    with Link(url, tls.context(settings.certificate), clock) as link:
        paired = link.pair(Pair(code=code, instance_id=journal.instance_id, agent_version=__version__))
    _same_connection(journal, paired)
    reference = f"cloud-credential/{paired.agent_id}"
    secrets.put(reference, paired.credential)
    journal.put(
        {
            Fact.AGENT_ID: paired.agent_id,
            Fact.CONNECTION_ID: paired.connection_id,
            Fact.CLOUD_URL: url,
            Fact.CREDENTIAL_REF: reference,
            Fact.TROUBLE: None,
        }
    )
    return paired


def credential(journal: Journal, secrets: SecretStore) -> str:
    """This agent's credential. Raises NeedsPerson AGENT_UNKNOWN when it is not paired."""
    reference = journal.get(Fact.CREDENTIAL_REF)
    kept = secrets.get(reference) if reference else None
    if kept is None:
        raise NeedsPerson(
            Finding(
                code=Code.AGENT_UNKNOWN,
                what="This agent is not paired with a cloud.",
                why="It holds no credential."
                if reference is None
                else "Its credential is gone from this PC.",
                fix="Get a pairing code from the dashboard and run “ml-connector-agent pair”.",
            )
        )
    return kept


def _same_connection(journal: Journal, paired: Paired) -> None:
    """A journal serves one connection: another's unfinished commands must not be carried out for this one."""
    known = journal.get(Fact.CONNECTION_ID)
    if known is None or known == paired.connection_id:
        return
    if journal.open_commands() or journal.unsent():
        raise NeedsPerson(
            Finding(
                code=Code.AGENT_UNKNOWN,
                what=f"This data folder belongs to connection {known}, and its work is not finished.",
                why=f"The code was one of connection {paired.connection_id}.",
                fix="Let the old connection finish, or give the new one a data_dir of its own.",
            )
        )
    accept(journal)
    journal.put({Fact.TRAIL_HEAD: None, Fact.INCARNATION: None})
