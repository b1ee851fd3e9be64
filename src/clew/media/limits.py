"""The limits on what a medium may ask of Clew, each with its name."""

from typing import Final

from clew.domain.errors import ClewError

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB


class LimitExceeded(ClewError):
    """A medium asks for more than a named limit allows; it is refused, its bytes are kept."""


# What a medium may hold. Checked inside the sandbox, by its header where that is possible.
PIXELS_MAX: Final = 100_000_000
SIDE_PIXELS_MAX: Final = 65_535
FRAMES_MAX: Final = 500_000
"""About four and a half hours at 30 frames a second."""
STREAMS_MAX: Final = 64
DURATION_MS_MAX: Final = 24 * 3600 * 1000

# What may be said of a medium. Checked inside the sandbox and again on the trusted side.
FACTS_MAX: Final = 512
FACT_KEY_CHARACTERS_MAX: Final = 120
FACT_TEXT_CHARACTERS_MAX: Final = 4_000
FACT_LIST_MAX: Final = 256
FACT_DEPTH_MAX: Final = 4
FACTS_BYTES_MAX: Final = 64 * KIB
CAMERA_TEXT_CHARACTERS_MAX: Final = 200
METADATA_BYTES_MAX: Final = 1 * MIB
"""Blocks of metadata that are kept of one medium as they lie in it, in all. In a JPEG, EXIF and the first packet of XMP
have 64 KiB at most each; more than a MiB is nearly always pictures, which are left out before anything is counted."""
XMP_EXTENDED_BYTES_MAX: Final = 16 * MIB
"""Portions of extended XMP that are looked at in one JPEG, before pictures are left out of them."""
REASON_CHARACTERS_MAX: Final = 200

# What a reading may hold. Checked on the trusted side.
SETS_MAX: Final = 8
STORED_ROWS_MAX: Final = 120_000
"""A day of stored frames at one a second, with room for scene starts."""
QUERY_ROWS_MAX: Final = 2_000_000
"""Two hours of video at 30 frames a second in eight turns is 1,728,000 rows."""
ROW_BYTES: Final = 32 + 1 + 4 + 1
"""Bits, quality, time and transform of one fingerprint."""
READING_BYTES_MAX: Final = ROW_BYTES * (STORED_ROWS_MAX + QUERY_ROWS_MAX)

# What the messages between the trusted side and a sandboxed reader may hold.
MESSAGE_BYTES_MAX: Final = 128 * KIB
SEALED_CONTENT_BYTES_MAX: Final = 256 * MIB
"""Larger content is read through a read-only descriptor of a file, not copied to memory."""
MEDIUM_BYTES_MAX: Final = 1024 * GIB
DISK_RESERVE_BYTES: Final = 512 * MIB
"""Room that media leave on the disk on which they lie, whole in the vault or for a time in the spill folder."""

# What a reader may use before it is ended and replaced.
READER_MEMORY_BYTES_MAX: Final = 1 * GIB
"""Address space beyond what libraries have mapped when the sandbox closes."""
READER_OPEN_FILES_MAX: Final = 16
CPU_SECONDS_BASE: Final = 30.0
CPU_SECONDS_PER_MIB: Final = 10.0
CPU_SECONDS_PER_MIB_FULL: Final = 60.0
"""A still scene at 200 kbit/s needs 40 s for each MiB when every frame is read."""
CPU_SECONDS_MAX: Final = 6 * 3600.0
IDLE_WALL_SECONDS_MAX: Final = 120.0
"""A reader that used no CPU time for so long is stopped or waits for ever."""
WALL_FACTOR: Final = 20.0
"""Wall time for each second of CPU budget; busy machines must not quarantine the innocent."""
LOOK_SECONDS: Final = 0.5
"""Between two looks at a process that has not answered."""
STARTUP_WALL_SECONDS_MAX: Final = 900.0
"""The first start on a machine compiles the fingerprinting: 40 s of CPU time."""
FAILURES_PER_MEDIUM_MAX: Final = 2
"""One retry in a fresh reader; then the medium is quarantined."""
KILLS_FORGIVEN_MAX: Final = 4
"""A reader killed from outside is no sign against its medium, unless it always is (memory)."""
MEDIA_PER_READER_MAX: Final = 2_000

# What an archive may hold.
ARCHIVE_ENTRIES_MAX: Final = 1_000_000
ARCHIVE_ENTRY_BYTES_MAX: Final = 64 * GIB
ARCHIVE_UNPACKED_BYTES_MAX: Final = 4096 * GIB
ARCHIVE_RATIO_MAX: Final = 200
"""Unpacked bytes for each stored byte of an entry; media hardly shrink at all."""
ARCHIVE_RATIO_FREE_BYTES: Final = 16 * MIB
"""An entry may always unfold to this much, whatever its ratio."""
ARCHIVE_UNPACKED_FREE_BYTES: Final = 256 * MIB
"""So may an archive, so that one hostile entry does not cost the others."""
ARCHIVE_DEPTH_MAX: Final = 8
ARCHIVE_NAME_BYTES_MAX: Final = 4 * KIB
