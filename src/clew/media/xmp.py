"""XMP packets: names and values out of RDF/XML, with no document type, no entity and a bound on all.

Source: ISO 16684-1:2019, clause 7.
"""

from contextlib import suppress
from xml.parsers import expat

from clew.media.words import words_of

PACKET_BYTES_MAX = 1024 * 1024
PROPERTIES_MAX = 256
DEPTH_MAX = 32
VALUE_CHARACTERS_MAX = 2_000

Properties = dict[str, str]
"""`xmpMM:DocumentID` and the like to text; items of a list are joined by `; `."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PREFIXES = {
    _RDF: "rdf",
    "adobe:ns:meta/": "x",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_FRAME = frozenset(
    ("x:xmpmeta", "x:xapmeta", "rdf:RDF", "rdf:Description", "rdf:Seq", "rdf:Bag", "rdf:Alt", "rdf:li")
)
"""Elements that carry structure and name no property."""


class _Refused(Exception):
    """What is left of the packet is not read."""


class _Listener:
    """Collects what the parser meets: attributes and text, named by the path of properties."""

    def __init__(self) -> None:
        self.found: Properties = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= DEPTH_MAX:
            raise _Refused
        self._path.append(_short(name))
        self._text.clear()
        for key, value in attributes.items():
            if (short := _short(key)).split(":")[0] not in ("rdf", "xml", "x"):
                self._keep(self._named(short), value)
            elif short == "rdf:resource":
                self._keep(self._named(), value)

    def text(self, piece: str) -> None:
        if sum(map(len, self._text)) < VALUE_CHARACTERS_MAX:
            self._text.append(piece)

    def end(self, _name: str) -> None:
        value = "".join(self._text).strip()
        if value and self._named():
            self._keep(self._named(), value)
        self._text.clear()
        self._path.pop()

    def refuse(self, *_: object) -> None:
        raise _Refused

    def _named(self, last: str | None = None) -> str:
        steps = [step for step in self._path if step not in _FRAME]
        return "/".join(steps + ([] if last is None else [last]))

    def _keep(self, name: str, value: str) -> None:
        if len(self.found) >= PROPERTIES_MAX:
            raise _Refused
        before = self.found.get(name)
        kept = words_of(value[:VALUE_CHARACTERS_MAX])
        if before is None:
            self.found[name] = kept
        elif len(before) < VALUE_CHARACTERS_MAX:
            self.found[name] = f"{before}; {kept}"


def _short(name: str) -> str:
    """`uri local` as `prefix:local`; an unknown name space by the end of its address."""
    space, _, local = name.rpartition(" ")
    prefix = _PREFIXES.get(space) or space.rstrip("/#").rpartition("/")[2]
    return f"{prefix}:{local}" if prefix else local


def read_xmp(untrusted: bytes) -> Properties:
    """The properties of a packet, as many as come before anything unsound."""
    if not untrusted:
        return {}
    listener = _Listener()
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.text
    # No document type, so no entity can be declared, and none is ever unfolded or fetched.
    parser.StartDoctypeDeclHandler = listener.refuse
    begin = max(untrusted.find(b"<"), 0)
    with suppress(expat.ExpatError, _Refused):
        parser.Parse(untrusted[begin : begin + PACKET_BYTES_MAX].rstrip(b"\0 \r\n\t"), True)
    return listener.found
