"""The workplace of this process, made from the node's configuration."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from clew.actions import matching
from clew.actions.reading import Readers
from clew.actions.workplace import Certifier, Workplace
from clew.domain.errors import Unavailable
from clew.domain.fingerprint import Engine
from clew.index import alignment, warming
from clew.index.recall import Index
from clew.media.nursery import Nursery
from clew.media.sandbox import Sandbox
from clew.media.uploads import Uploads
from clew.media.vault import Vault
from clew.node import academy, keys
from clew.node.configuration import Configuration
from clew.node.folders import make_private
from clew.node.machine import host

CONTAINERS_BETWEEN_COLLECTIONS = 50_000


@contextmanager
def equipped(configuration: Configuration) -> Iterator[Workplace]:
    """Vault, indexes and readers of this process; the readers end with it."""
    for folder in (configuration.vault_folder, configuration.index_folder, configuration.cache_folder):
        make_private(folder)
    with ExitStack() as held:
        nursery = held.enter_context(Nursery(cache=configuration.cache_folder))
        readers = Readers(configuration.readers, lambda: Sandbox(nursery=nursery))
        held.callback(readers.close)
        indexes = {engine: _index(configuration, engine) for engine in Engine}
        for index in indexes.values():
            held.callback(index.close)
        vault = Vault(configuration.vault_folder, settings.CLEW_KEYRING)
        vault.sweep()
        # What stands now stays: or the collector goes through all of it again and again while records pass. And it
        # comes seldom, for what a record is made of is gone by itself before: a third of the reading of an export.
        gc.freeze()
        gc.set_threshold(CONTAINERS_BETWEEN_COLLECTIONS)
        yield Workplace(
            vault=vault,
            indexes=indexes, readers=readers, nursery=nursery, host=host(),
            spill=make_private(configuration.spill_folder),
            uploads=Uploads(configuration.uploads_folder, settings.CLEW_KEYRING),
            certifier=Certifier(
                seed=keys.key(configuration.keys_folder, keys.CERTIFICATES), backup_days=configuration.key_backup_days
            ),
            academy=None if configuration.academy else academy.academy_of(configuration),
        )  # fmt: skip


def warm() -> None:
    """Compile or load everything that is compiled in this process."""
    warming.warm()
    alignment.warm()


def _index(configuration: Configuration, engine: Engine) -> Index:
    return Index(
        configuration.index_folder / engine.name.lower(), matching.source_of(engine), threads=configuration.readers
    )


def sandbox_in_words(workplace: Workplace) -> str:
    """Whether seized bytes can be decoded on this machine, as one sentence."""
    try:
        with Sandbox(nursery=workplace.nursery) as sandbox:
            level = sandbox.level()
    except Unavailable as refused:
        return str(refused)
    return f"The sandbox is closed ({level.name.lower().replace('_', ' ')}); media are decoded."
