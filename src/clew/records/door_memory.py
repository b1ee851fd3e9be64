"""What the door remembers for minutes, in the database, so that it holds for every process and outlives each."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

SWEPT_AT_ONCE = 200


class DoorMemory(BaseCache):
    """A cache of Django's kind that keeps JSON, and digests instead of keys.

    Django's own database cache keeps pickles: whoever may write its table may run code here.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "select value from door_memory where key = %s and (until is null or until > statement_timestamp())",
                [self._digest(key, version)],
            )
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._write(key, value, timeout, version, where="")

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep `value` unless something is kept that has not ended; whether it was kept."""
        return self._write(key, value, timeout, version, where="where door_memory.until <= statement_timestamp()")

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "update door_memory set until = %s where key = %s and (until is null or until > statement_timestamp())",
                [self._until(timeout), self._digest(key, version)],
            )
            return bool(cursor.rowcount)

    def delete(self, key: str, version: int | None = None) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("delete from door_memory where key = %s", [self._digest(key, version)])
            return bool(cursor.rowcount)

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("delete from door_memory")

    def _write(self, key: str, value: Any, timeout: Any, version: int | None, *, where: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into door_memory (key, value, until) values (%s, %s::jsonb, %s)"
                f" on conflict (key) do update set value = excluded.value, until = excluded.until {where}",
                [self._digest(key, version), json.dumps(value), self._until(timeout)],
            )
            is_kept = bool(cursor.rowcount)
            # Whoever writes also sweeps, so that a flood of names leaves nothing behind for long.
            cursor.execute(
                "delete from door_memory where key in (select key from door_memory"
                " where until < statement_timestamp() order by until limit %s for update skip locked)",
                [SWEPT_AT_ONCE],
            )
        return is_kept

    def _digest(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version=version).encode()).hexdigest()

    def _until(self, timeout: Any) -> datetime | None:
        seconds = self.get_backend_timeout(timeout)
        return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
