"""All operations behind one door, and the document that describes them."""

import json
from http import HTTPStatus

from clew.api import (
    academies,
    audits,
    budgets,
    categories,
    clues,
    connections,
    exposures,
    facts,
    grids,
    handlings,
    hash_lists,
    homes,
    identifications,
    leads,
    links,
    matches,
    media,
    members,
    messages,
    officers,
    overlaps,
    people,
    programs,
    questions,
    referrals,
    releases,
    reports,
    requests,
    retentions,
    searches,
    series,
    shortcuts,
    shreddings,
    sign_ins,
    tallies,
    task_forces,
    tokens,
    triages,
    uploads,
    views,
)
from clew.api.door import api
from clew.formats.problem import CONTENT_TYPE

for each in (
    programs, triages, series, people, links, leads, overlaps, messages, identifications, categories, clues, questions,
    referrals, task_forces, connections, searches, hash_lists, grids,
    media, matches, budgets, uploads, shortcuts, views, facts, tallies, homes, exposures, academies,
    handlings, releases, retentions, requests, shreddings, reports,
    officers, members, tokens, audits, sign_ins,
):  # fmt: skip
    api.add_router("", each.router)
api.add_router("", budgets.given_by_administrators)

__all__ = ["api", "described"]


def described() -> str:
    """The OpenAPI document of all operations. Source: OpenAPI 3.1."""
    document = api.get_openapi_schema(path_prefix="/api/")
    problems = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    content = {CONTENT_TYPE: answer["content"]["application/json"]}
                    problems[f"Problem{status}"] = {"description": answer["description"], "content": content}
                    operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    document["components"]["responses"] = problems
    return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"
