"""Requests share a bounded number of connections, and give each back, also where the visitor went away meanwhile."""

import socket
import time
import urllib.request
from urllib.parse import urlsplit

import psycopg

from tests.world.clients import signed_in
from tests.world.serving import pages
from tests.world.world import World

TAKEN_MAX = 40
"""As `POOL` of clew.node.asgi says."""
VISITORS = TAKEN_MAX + 20
SECONDS_MAX = 60
MINE = "select count(*) from pg_stat_activity where usename = %s and pid <> all (%s)"


def taken(owner: psycopg.Connection, app: str, before: list[int]) -> int:
    return int(owner.execute(MINE, [app, before]).fetchone()[0])


def until(holds: object) -> None:
    end = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_visitors_who_go_away_leave_no_connection_taken(world: World) -> None:
    world.officer("ada")
    cookie = signed_in("ada").cookies["session"].value
    app = world.facts.roles.app
    named = world.facts.as_owner()
    with psycopg.connect(**named, autocommit=True) as owner, psycopg.connect(**named) as lock, pages() as address:
        before = [row[0] for row in owner.execute("select pid from pg_stat_activity where usename = %s", [app])]
        asked = f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: session={cookie}\r\n\r\n".encode()
        visitors = []
        with lock.transaction():
            lock.execute("lock table django_session in access exclusive mode")
            for _ in range(VISITORS):
                visitor = socket.create_connection(("127.0.0.1", urlsplit(address).port))
                visitor.sendall(asked)
                visitors.append(visitor)
            until(lambda: taken(owner, app, before) > 0)
            time.sleep(1)
            assert taken(owner, app, before) <= TAKEN_MAX
            for visitor in visitors:
                visitor.close()
        request = urllib.request.Request(f"{address}/", headers={"Cookie": f"session={cookie}"})
        for _ in range(3):
            with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
                assert answer.status == 200
        assert taken(owner, app, before) <= TAKEN_MAX
