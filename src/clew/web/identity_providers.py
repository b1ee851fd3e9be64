"""An identity provider of a police network, as the pages know it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider of a member: `claim` names the officer, `acr` are levels that include a second factor."""

    id: str
    name: str
    member: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "preferred_username"
    acr: tuple[str, ...] = ()
