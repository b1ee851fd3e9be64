"""The keyring of this node: members' keys in files or in a program, and a key for each case beside them."""

from clew.keys.key_command import KeyCommand
from clew.keys.key_directory import KeyDirectory
from clew.keys.keyring import Keyring
from clew.node.configuration import Configuration


def keyring_of(configuration: Configuration) -> Keyring:
    """The keyring as the configuration says. Nothing is made until a key is needed.

    Owners' keys lie in `keys/owners` (or in the program of CLEW_KEY_COMMAND), wrapped keys of
    cases in `keys/cases`: two folders, because their backups are kept for different times.
    """
    folder, command = configuration.keys_folder, configuration.key_command
    owners = KeyDirectory(folder / "owners") if command is None else KeyCommand(command)
    return Keyring(folder / "cases", owners)
