"""The scenarios of the GitHub source."""

from github_account import DAY, Account, committed, first_state, next_day
from github_objects import API, EMPTY, OWNER, REPOSITORY
from scenario import Scenario, keys_digest, moment, rfc3339, thin

VERSION = "2022-11-28"
T0, T1 = "2025-10-15T06:00:00Z", "2025-10-16T06:00:00Z"
COMMIT_LOOKBACK, JOB_LOOKBACK = 7 * DAY, DAY
OK = (200, "OK")
TABLES = ["repository", "issues", "issue_comments", "pull_requests", "commits", "workflow_runs", "workflow_jobs",
          "stargazers", "labels", "releases", "teams", "team_members"]
PATHS = {
    "repository": "", "issues": "/issues", "issue_comments": "/issues/comments", "pull_requests": "/pulls",
    "commits": "/commits", "workflow_runs": "/actions/runs", "stargazers": "/stargazers", "labels": "/labels",
    "releases": "/releases", "teams": "/teams",
}
ORDER = {
    "issues": [("state", "all"), ("sort", "updated"), ("direction", "asc")],
    "issue_comments": [("sort", "updated"), ("direction", "asc")],
    "pull_requests": [("state", "all"), ("sort", "updated"), ("direction", "desc")],
}
KEYS = {"commits": ["sha"], "team_members": ["team_id", "id"]}
CURSORS = {"issues": ("updated_at", "asc"), "issue_comments": ("updated_at", "asc"),
           "pull_requests": ("updated_at", "desc"), "commits": ("created_at", "desc"),
           "workflow_runs": ("created_at", "desc"), "workflow_jobs": ("created_at", "desc")}
PROVENANCE = {
    "kind": "documented",
    "docs": [
        "https://docs.github.com/en/rest?apiVersion=2022-11-28 (objects and list parameters; read 2026-11-22)",
        "https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api (read 2026-11-22)",
        "https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (read 2026-11-22)",
    ],
    "guessed": [],
    "apiVersion": VERSION,
}


def config(*repositories):
    token = {"fake": "github.personalAccessToken", "n": 1}
    return {"auth_method": {"selection": "pat", "personal_access_token": token}, "repositories": list(repositories)}


class Recording(Scenario):
    """A scenario whose requests are those of the GitHub source."""

    def __init__(self, name):
        super().__init__("github", name, "tributary-fixtures-documented", escapes_html=True)

    def get(self, state, id, schemas, path, query, body, status=OK, headers=(), media="github", remaining=4999,
            **options):
        """One request of the source and the answer to it."""
        sent = [("authorization", "Bearer fake-personal-access-token-1"), ("accept", f"application/vnd.{media}+json"),
                ("x-github-api-version", VERSION)]
        clock = moment(next(s["clock"] for s in self.states if s["name"] == state))
        received = [("content-type", "application/json; charset=utf-8"), ("x-ratelimit-limit", "5000"),
                    ("x-ratelimit-remaining", str(remaining)), ("x-ratelimit-reset", str(clock + 90)),
                    ("x-ratelimit-resource", "core"), *headers]
        self.exchange(state, id, schemas, API + path, query, sent, status, received, body, **options)

    def walk(self, state, id, schemas, path, rows, query=(), envelope=None, media="github", **options):
        """All pages of a list, found by their Link header; gives the number of requests."""
        pages = [rows[start:start + 100] for start in range(0, len(rows), 100)] or [[]]
        for number, page in enumerate(pages):
            parameters = [("per_page", 100), *query] + ([("page", number + 1)] if number else [])
            body = page if envelope is None else {"total_count": len(rows), envelope: page}
            self.get(state, f"{id}-p{number + 1}", schemas, path, parameters, body, OK,
                     self.links(path, query, number + 1, len(pages)), media, **options)
        return len(pages)

    def links(self, path, query, page, last):
        if last == 1:
            return []

        def link(number, relation):
            text = "&".join(f"{n}={v}" for n, v in [("per_page", 100), *query, ("page", number)])
            return f"<{API}{path}?{text}>; rel=\"{relation}\""

        before = [link(page - 1, "prev"), link(1, "first")] if page > 1 else []
        after = [link(page + 1, "next"), link(last, "last")] if page < last else []
        return [("link", ", ".join(before + after))]

    def finish(self, title, covers, schemas, notes, expected=None, config=None, guessed=(), **more):
        """Fills in the manifest."""
        self.manifest = {
            "title": title, "covers": covers, "notes": notes, "schemas": schemas,
            "config": config or globals()["config"](f"{OWNER}/{REPOSITORY}"),
            "provenance": PROVENANCE | {"guessed": list(guessed)},
            "match": {"headers": ["accept", "x-github-api-version"]}, "expected": expected or {},
        } | more
        return self


def schema(table):
    """How the manifest describes a table."""
    keys = KEYS.get(table, ["id"])
    if table not in CURSORS:
        return {"mode": "full-refresh", "keys": keys}
    field, sort = CURSORS[table]
    return {"mode": "incremental", "field": field, "type": "datetime", "keys": keys, "sort": sort}


def listed(account, table):
    """The rows of a table in the order in which the source asks for them."""
    if table == "repository":
        return [account.full]
    if table == "commits":
        return account.by(table, committed, True)
    if table in CURSORS:
        field, sort = CURSORS[table]
        return account.by(table, lambda row: row[field], sort == "desc")
    return account.tables[table]


def key(table, row):
    """The primary key of a row as one text."""
    if table == "commits":
        return row["sha"]
    if table == "team_members":
        return f"{row['team_id']}|{row['id']}"
    return str(row["user"]["id"] if table == "stargazers" else row["id"])


def cursor(table, row):
    return committed(row) if table == "commits" else row[CURSORS[table][0]]


def figures(table, rows, requests):
    """Figures of one read, counted from the objects and not by the source."""
    moments = [cursor(table, row) for row in rows] if table in CURSORS else []
    return {"rows": len(rows), "requests": requests, "cursorLast": max(moments, default=None),
            "cursorEarliest": min(moments, default=None), "keys": keys_digest([key(table, row) for row in rows])}


def read(recording, state, account, table, schemas, repository, prefix="", since=None, **options):
    """Records the reading of one table of one repository; gives its rows and the number of requests."""
    base = f"/repos/{OWNER}/{repository}"
    rows = listed(account, table)
    query = list(ORDER.get(table, []))
    if since:
        rows = [row for row in rows if cursor(table, row) >= since]
        query.append(("since", since))
    if table == "repository":
        recording.get(state, f"{prefix}repository", schemas, base, [("per_page", 100)], rows[0], **options)
        return rows, 1
    envelope = "workflow_runs" if table == "workflow_runs" else None
    media = "github.star" if table == "stargazers" else "github"
    name = f"{prefix}{table.replace('_', '-')}" + ("-since" if since else "")
    return rows, recording.walk(state, name, schemas, base + PATHS[table], rows, query, envelope, media, **options)


def read_jobs(recording, state, account, schemas):
    """Runs, newest first, and the jobs of each."""
    runs = listed(account, "workflow_runs")
    base = f"/repos/{OWNER}/{REPOSITORY}/actions/runs"
    requests = recording.walk(state, "workflow-jobs-runs", schemas, base, runs, (), "workflow_runs")
    jobs = []
    for run in runs:
        requests += recording.walk(state, f"workflow-jobs-{run['run_number']}", schemas, f"{base}/{run['id']}/jobs",
                                   account.jobs[run["id"]], (), "jobs")
        jobs += account.jobs[run["id"]]
    return jobs, requests


def read_members(recording, state, account, schemas):
    """Teams and the members of each, with the team's id in every row."""
    requests = recording.walk(state, "team-members-teams", schemas, f"/repos/{OWNER}/{REPOSITORY}/teams",
                              account.tables["teams"])
    rows = []
    for team in account.tables["teams"]:
        members = account.members[team["slug"]]
        requests += recording.walk(state, f"team-members-{team['slug']}", schemas,
                                   f"/orgs/{OWNER}/teams/{team['slug']}/members", members)
        rows += [member | {"team_id": team["id"]} for member in members]
    return rows, requests


def all_rows(account, table):
    if table == "workflow_jobs":
        return [job for run in listed(account, "workflow_runs") for job in account.jobs[run["id"]]]
    return listed(account, table)


def repository():
    """A repository on two days, and an empty one."""
    recording = Recording("repository")
    first = first_state(moment(T0))
    second = next_day(first, moment(T1))
    recording.state("t0", T0, "206 issues, 104 commits, 4 pull requests, 4 runs, 205 stars; one run in progress")
    recording.state("t1", T1, "a day later: 9 issues more and 6 closed, a pull request merged, 3 commits more of "
                              "which one is older than the newest of the day before, a run finished, 3 stars more")
    name, expected = f"{OWNER}/{REPOSITORY}", {"t0": {}, "t1": {}}
    for state in ["t0", "t1"]:
        recording.get(state, "repository-probe", [], f"/repos/{name}", [], first.full, replay=["optional", "repeat"])
        recording.get(state, "empty-probe", [], f"/repos/{OWNER}/{EMPTY}", [], first.empty,
                      replay=["optional", "repeat"])
    for table in TABLES:
        schemas = [f"{name}.{table}"]
        for state, account in [("t0", first), ("t1", second)]:
            if table == "team_members":
                rows, requests = read_members(recording, state, account, schemas)
                expected[state][schemas[0]] = figures(table, rows, requests)
            elif state == "t0" or table not in CURSORS:
                rows, requests = (read_jobs(recording, state, account, schemas) if table == "workflow_jobs" else
                                  read(recording, state, account, table, schemas, REPOSITORY))
                expected[state][schemas[0]] = figures(table, rows, requests)
            else:
                expected[state][schemas[0]] = second_day(recording, first, second, table, schemas)
    empty(recording, first)
    schemas = {f"{name}.{table}": schema(table) for table in TABLES}
    schemas |= {f"{OWNER}/{EMPTY}.{table}": schema(table) for table in ["commits", "issues"]}
    return recording.finish(
        "A repository on two days: pages by Link header, oldest and newest first",
        ["pagination:link", "incremental:asc", "incremental:desc", "fan-out", "composite-key", "lookback", "nulls",
         "unicode", "nested", "html-escapes", "empty-table", "empty-repository", "partition:datetime"],
        schemas,
        [
            "Issues and comments are listed by their last change, oldest first, with `since`. Pull requests and runs "
            "have no such filter: they are listed newest first, and an increment stops behind the first page that is "
            "older than the watermark as a whole. Commits are listed newest first with `since`, which compares the committer's date.",
            "A merged branch brings commits that are older than the newest one seen before. The source therefore takes "
            "a lookback of seven days off the watermark of commits by default; the second day has such a commit.",
            "A run that was in progress on the first day is finished on the second. The list of runs cannot show that "
            "by its cursor `created_at`; a lookback of one day on runs and jobs does.",
            "Of t1, tables with a cursor are recorded as increments only, to keep the repository small; `requests` "
            "and `read` are those of the increment, `rows` and `keys` those of the whole table.",
            "An empty repository answers 409 to a request for its commits.",
        ],
        expected, config(name, f"{OWNER}/{EMPTY}"),
        guessed=["bodies of 409 and 403 beyond their message", "that `since` includes the bound",
                 "the order of stargazers is that of starring"],
        allowLarge=[{"path": "bodies", "reason": "the source asks for 100 rows a page, the greatest page that the "
                                                 "reference allows; complete objects have 2 to 20 kB"}],
        waivers=[thin(f"{name}.repository", "the table is one object, and no list that could be paged or filtered"),
                 thin(f"{OWNER}/{EMPTY}.commits", "a repository without a commit; those of another are judged"),
                 thin(f"{OWNER}/{EMPTY}.issues", "a repository without an issue; those of another are judged"),
                 *(accepted(check, f"{name}.workflow_jobs") for check in JOBS_BELOW_OLD_RUNS)])


# Jobs are listed below runs, and runs by their creation alone: what an old run brings later is found by a full refresh.
JOBS_BELOW_OLD_RUNS = [
    "watermark-boundary-ties-kept", "watermark-page-of-ties-progresses", "watermark-precision-kept",
    "watermark-filter-on-every-page", "watermark-timezone-invariant", "watermark-future-row-hides-nothing",
    "resume-state-bounded", "perf-idle-increment-cost", "read-fan-out-complete"]


def accepted(check, table):
    """A waiver of a failure that the API makes unavoidable."""
    return {"check": check, "table": table,
            "reason": "GitHub lists jobs below runs, and runs by their creation alone: jobs that a run older than the "
                      "lookback of one day brings later come with a full refresh; the jobs of one run are few",
            "reference": "https://docs.github.com/en/rest/actions/workflow-jobs", "until": "2027-06-30"}


def second_day(recording, first, second, table, schemas):
    """The increment of the second day."""
    before = {key(table, row): row for row in all_rows(first, table)}
    last = max(cursor(table, row) for row in before.values())
    lookback = {"commits": COMMIT_LOOKBACK, "workflow_runs": JOB_LOOKBACK, "workflow_jobs": JOB_LOOKBACK}
    since = rfc3339(moment(last) - lookback.get(table, 0))
    if table == "workflow_jobs":
        rows, requests = read_jobs(recording, "t1", second, schemas)
    elif table in ["pull_requests", "workflow_runs"]:
        # Lists without a bound are left behind the first page that is older as a whole; here that is the only one.
        rows, requests = read(recording, "t1", second, table, schemas, REPOSITORY)
    else:
        rows, requests = read(recording, "t1", second, table, schemas, REPOSITORY, since=since, sync=["incremental"])
    fresh = [row for row in rows if key(table, row) not in before]
    changed = [row for row in rows if key(table, row) in before and before[key(table, row)] != row]
    return figures(table, all_rows(second, table), requests) | {
        "read": len(rows), "inserted": len(fresh), "updated": len(changed),
        "unchanged": len(rows) - len(fresh) - len(changed),
        "late": len([row for row in fresh if cursor(table, row) <= last]),
    }


def empty(recording, account):
    """The tables of a repository without a commit."""
    base = f"/repos/{OWNER}/{EMPTY}"
    for state in ["t0", "t1"]:
        recording.walk(state, "empty-issues", [f"{OWNER}/{EMPTY}.issues"], f"{base}/issues", [], ORDER["issues"])
        recording.get(state, "empty-commits-p1", [f"{OWNER}/{EMPTY}.commits"], f"{base}/commits", [("per_page", 100)],
                      error("Git Repository is empty.", "commits/commits#list-commits", 409), (409, "Conflict"))


def error(message, page, status):
    return {"message": message, "documentation_url": f"https://docs.github.com/rest/{page}", "status": str(status)}


def bad_credentials():
    """A token that GitHub does not know."""
    recording = Recording("bad-credentials")
    recording.state("t0", T0, "the token was revoked")
    name = f"{OWNER}/{REPOSITORY}"
    body = {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"}
    for id, path, query in [("repository", "", []), ("labels-p1", "/labels", [("per_page", 100)])]:
        recording.get("t0", id, [f"{name}.labels"], f"/repos/{name}{path}", query, body, (401, "Unauthorized"),
                      replay="optional")
    return recording.finish("A token that is not valid", ["error:credentials"], {f"{name}.labels": schema("labels")},
                            [])


def forbidden():
    """A token that sees one repository, none of its teams, and not the other repository."""
    recording = Recording("forbidden")
    account = Account("github/forbidden", moment(T0))
    recording.state("t0", T0, "a token without access to teams, and a repository that it does not see")
    name, hidden = f"{OWNER}/{REPOSITORY}", f"{OWNER}/hidden"
    full = account.make.repository(REPOSITORY, moment(T0) - DAY, moment(T0))[1]
    recording.get("t0", "repository", [f"{name}.teams"], f"/repos/{name}", [], full, replay="optional")
    denied = error("Resource not accessible by personal access token", "repos/repos#list-repository-teams", 403)
    missing = error("Not Found", "repos/repos#get-a-repository", 404)
    recording.get("t0", "teams-p1", [f"{name}.teams"], f"/repos/{name}/teams", [("per_page", 100)], denied,
                  (403, "Forbidden"), replay=["optional", "repeat"])
    recording.get("t0", "hidden", [f"{hidden}.labels"], f"/repos/{hidden}", [], missing, (404, "Not Found"),
                  replay="optional")
    recording.get("t0", "hidden-labels-p1", [f"{hidden}.labels"], f"/repos/{hidden}/labels", [("per_page", 100)],
                  missing, (404, "Not Found"), replay="optional")
    return recording.finish(
        "A token that may read some things and not others", ["error:permission", "error:not-found"],
        {f"{name}.teams": schema("teams"), f"{hidden}.labels": schema("labels")}, [], config=config(name, hidden),
        waivers=[thin(f"{hidden}.labels", "the token does not see this repository: its refusal is all there is")])


def rate_limited():
    """The hourly limit is used up, then a secondary limit is hit, then the answer comes."""
    recording = Recording("rate-limited")
    account = Account("github/rate-limited", moment(T0))
    name = f"{OWNER}/{REPOSITORY}"
    labels = [account.make.label(n, f"label {n}", "ffffff") for n in range(3)]
    recording.state("t0", T0, "limits at first, then three labels")
    refused = error("API rate limit exceeded for user ID 40000001.",
                    "using-the-rest-api/rate-limits-for-the-rest-api", 403)
    secondary = error("You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
                      "using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits", 403)
    query = [("per_page", 100)]
    recording.get("t0", "labels-limit", [f"{name}.labels"], f"/repos/{name}/labels", query, refused,
                  (403, "Forbidden"), remaining=0)
    recording.get("t0", "labels-secondary", [f"{name}.labels"], f"/repos/{name}/labels", query, secondary,
                  (403, "Forbidden"), [("retry-after", "60")])
    requests = recording.walk("t0", "labels", [f"{name}.labels"], f"/repos/{name}/labels", labels)
    return recording.finish("Refusals for too many requests, then the answer", ["retry:403"],
                            {f"{name}.labels": schema("labels")}, [],
                            {"t0": {f"{name}.labels": figures("labels", labels, requests + 2)}})


def scenarios():
    """Every scenario of the source."""
    return [repository(), bad_credentials(), forbidden(), rate_limited()]
