"""Writes a scenario's folder: manifest.json, one HAR 1.2 index per state, and bodies as plain files.

The layout is the one that Sources/Cassettes reads. Everything that could vary between two runs is frozen, so the same
generator always gives the same bytes.
"""

import datetime
import hashlib
import json
import pathlib
import shutil
import urllib.parse

FIXTURES = pathlib.Path(__file__).resolve().parent.parent
INLINE_LIMIT = 256


def moment(text):
    """Seconds since 1970 of an RFC 3339 time in UTC."""
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def rfc3339(seconds):
    """The RFC 3339 spelling of seconds since 1970."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def keys_digest(keys):
    """One line that stands for a set of primary keys."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()


def address(url, query):
    """A URL with its query."""
    return url + ("?" + urllib.parse.urlencode(query) if query else "")


class Scenario:
    """Collects the exchanges of one scenario and writes its folder."""

    def __init__(self, source, name, creator, escapes_html=False):
        self.source = source
        self.folder = FIXTURES / source / name
        self.creator = creator
        self.escapes_html = escapes_html
        self.states = []
        self.entries = {}
        self.asked = {}
        self.bodies = {}
        self.manifest = {}

    def state(self, name, clock, story):
        """Adds a state; `clock` is its frozen now, as RFC 3339 text."""
        self.states.append({"name": name, "clock": clock, "http": f"{name}.har", "story": story})
        self.entries[name] = []

    def exchange(self, state, id, schemas, url, query, request_headers, status, response_headers, body, sync=(),
                 replay=None):
        """Adds one request and its answer; `body` is a JSON value, or None for an empty one.

        The same question with the same answer, asked for another table, is one exchange that may be repeated.
        """
        asked = (state, address(url, query), tuple(request_headers), status, json.dumps(body), tuple(sync), str(replay))
        if known := self.asked.get(asked):
            known["_schema"] = list(dict.fromkeys([*known["_schema"], *schemas]))
            known["_replay"] = replay or "repeat"
            return
        text = "" if body is None else self._pretty(body)
        entry = {"_id": id, "_schema": list(schemas), "_sync": list(sync), "_replay": replay}
        self.asked[asked] = entry
        clock = next(s["clock"] for s in self.states if s["name"] == state)
        entry |= {
            "startedDateTime": clock[:-1] + f".{len(self.entries[state]):03}Z",
            "time": 0,
            "request": {
                "method": "GET", "url": address(url, query), "httpVersion": "HTTP/2", "cookies": [],
                "headers": [{"name": n, "value": v} for n, v in request_headers],
                "queryString": [{"name": n, "value": str(v)} for n, v in query],
                "headersSize": -1, "bodySize": 0,
            },
            "response": {
                "status": status[0], "statusText": status[1], "httpVersion": "HTTP/2", "cookies": [],
                "headers": [{"name": n, "value": v} for n, v in response_headers],
                "content": self._content(state, id, body, text),
                "redirectURL": "", "headersSize": -1, "bodySize": -1,
            },
            "cache": {},
            "timings": {"send": 0, "wait": 0, "receive": 0},
        }
        self.entries[state].append(entry)

    def _pretty(self, body):
        return self._escaped(json.dumps(body, indent=2, ensure_ascii=False)) + "\n"

    def _escaped(self, text):
        if not self.escapes_html:
            return text
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

    def _content(self, state, id, body, text):
        mime = {"size": len(text.encode()), "mimeType": "application/json"}
        if body is None:
            return mime
        compact = self._escaped(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
        if len(compact.encode()) <= INLINE_LIMIT:
            return mime | {"size": len(compact.encode()), "text": compact}
        name = next((name for name, known in self.bodies.items() if known == text), f"bodies/{id}.json")
        if self.bodies.get(name, text) != text:
            name = f"bodies/{id}.{state}.json"
        assert self.bodies.get(name, text) == text, f"two bodies are called {name}"
        self.bodies[name] = text
        return mime | {"_file": name}

    def files(self):
        """The scenario's files by path inside its folder."""
        files = {name: text for name, text in self.bodies.items()}
        for state in self.states:
            log = {"log": {
                "version": "1.2",
                "creator": {"name": self.creator, "version": "1"},
                "_fixture": {"format": 1, "scenario": self.folder.name, "state": state["name"],
                             "provenance": self.manifest["provenance"]["kind"]},
                "entries": [{name: value for name, value in entry.items() if value not in ([], None)}
                            for entry in self.entries[state["name"]]],
            }}
            files[state["http"]] = json.dumps(log, indent=2, ensure_ascii=False) + "\n"
        manifest = {"format": 1, "source": self.source} | self.manifest | {"states": self.states}
        order = ["format", "source", "title", "covers", "notes", "schemas", "config", "integrations", "provenance",
                 "states", "match", "expected", "allowLarge", "waivers"]
        ordered = {key: manifest[key] for key in order if key in manifest}
        assert ordered.keys() == manifest.keys(), manifest.keys() - ordered.keys()
        files["manifest.json"] = json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"
        return files

    def write(self):
        """Replaces the scenario's folder, but for a model that somebody wrote beside it."""
        model = self.folder / "model.json"
        kept = {"model.json": model.read_text(encoding="utf-8")} if model.exists() else {}
        shutil.rmtree(self.folder, ignore_errors=True)
        for name, text in {**self.files(), **kept}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def differences(self):
        """Paths in which the committed folder differs from what the generator gives."""
        made = self.files()
        there = {str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file()}
        there.discard("model.json")  # written by hand: how the upstream answers in general
        changed = [n for n, t in made.items()
                   if n not in there or (self.folder / n).read_text(encoding="utf-8") != t]
        return sorted(f"{self.folder.relative_to(FIXTURES)}/{n}" for n in [*changed, *(there - made.keys())])


def thin(table, reason):
    """A waiver of all checks that a table has no material for."""
    return {"check": "*", "table": table, "reason": reason, "reference": "Fixtures/README.md", "until": "2027-12-31"}
