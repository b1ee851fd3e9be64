"""Members and their units."""

from collections.abc import Iterable
from dataclasses import dataclass

from clew.domain.errors import NotVisible
from clew.domain.member import MemberKind, Particulars, Speciality
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A unit of a member, with what it is good at."""

    member: str
    code: str
    specialities: frozenset[Speciality]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A member with its particulars and units."""

    code: str
    particulars: Particulars
    units: tuple[UnitLine, ...]


def enter(session: Session, code: str, particulars: Particulars) -> None:
    """Enter a member, or give one that is there other particulars."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into members (code, name, kind, languages, contact_point, legal_basis) values (%s, %s, %s, %s, %s, %s)
            on conflict (code) do update set name = excluded.name, kind = excluded.kind,
                languages = excluded.languages, contact_point = excluded.contact_point, legal_basis = excluded.legal_basis""",
            [code, particulars.name.strip(), particulars.kind, list(particulars.languages),
             particulars.contact_point.strip(), particulars.legal_basis.strip()],
        )  # fmt: skip


def change(session: Session, code: str, particulars: Particulars) -> None:
    """Give the member other particulars.

    Raises:
        NotVisible: there is no such member, or it is not the actor's to change.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update members set name = %s, kind = %s, languages = %s, contact_point = %s, legal_basis = %s where code = %s",
            [particulars.name.strip(), particulars.kind, list(particulars.languages),
             particulars.contact_point.strip(), particulars.legal_basis.strip(), code],
        )  # fmt: skip
        if cursor.rowcount == 0:
            raise NotVisible("There is no such member.")


def find(session: Session, code: str) -> Particulars | None:
    """What is known of the member, or nothing where it does not take part."""
    with session.cursor() as cursor:
        cursor.execute("select name, kind, languages, contact_point, legal_basis from members where code = %s", [code])
        found = cursor.fetchone()
    if found is None:
        return None
    return Particulars(
        name=found[0], kind=MemberKind(found[1]), languages=tuple(found[2]), contact_point=found[3], legal_basis=found[4]
    )


def lines(session: Session) -> tuple[MemberLine, ...]:
    """Every member with its particulars and units."""
    by_member: dict[str, list[UnitLine]] = {}
    for unit in units(session):
        by_member.setdefault(unit.member, []).append(unit)
    with session.cursor() as cursor:
        cursor.execute("select code, name, kind, languages, contact_point, legal_basis from members order by code")
        return tuple(
            MemberLine(
                code=row[0], units=tuple(by_member.get(row[0], ())),
                particulars=Particulars(name=row[1], kind=MemberKind(row[2]), languages=tuple(row[3]),
                                        contact_point=row[4], legal_basis=row[5]),
            )
            for row in cursor
        )  # fmt: skip


def names(session: Session) -> dict[str, str]:
    """The name of every member, by its code."""
    with session.cursor() as cursor:
        cursor.execute("select code, name from members order by code")
        return {str(code): str(name) for code, name in cursor}


def contacts(session: Session) -> dict[str, tuple[str, str]]:
    """The name of every member and how it is reached, which may be empty; by its code."""
    with session.cursor() as cursor:
        cursor.execute("select code, name, contact_point from members order by code")
        return {str(code): (str(name), str(contact)) for code, name, contact in cursor}


def enter_unit(session: Session, member: str, code: str) -> None:
    """Enter a unit; one that is there stays as it is."""
    with session.cursor() as cursor:
        cursor.execute("insert into units (member, code) values (%s, %s) on conflict do nothing", [member, code])


def specialise(session: Session, member: str, code: str, specialities: Iterable[Speciality]) -> None:
    """Say what a unit is good at, instead of what was said before.

    Raises:
        NotVisible: there is no such unit, or it is not the actor's to change.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update units set specialities = %s where member = %s and code = %s", [sorted(specialities), member, code]
        )
        if cursor.rowcount == 0:
            raise NotVisible("There is no such unit.")


def units(session: Session, member: str | None = None) -> tuple[UnitLine, ...]:
    """The units of a member, or of all."""
    with session.cursor() as cursor:
        cursor.execute(
            "select member, code, specialities from units where %(member)s::text is null or member = %(member)s"
            " order by member, code",
            {"member": member},
        )
        return tuple(
            UnitLine(member=of, code=code, specialities=frozenset(map(Speciality, words))) for of, code, words in cursor
        )
