"""A GitHub repository that answers list requests as the published reference says, and its life from one day to the next."""

import copy

from github_objects import EMPTY, OWNER, REPOSITORY, Objects
from scenario import moment, rfc3339

DAY = 86_400
LABELS = ["bug", "enhancement", "good first issue", "docs & guides", "größer", "wontfix", "🚀"]


class Account:
    """Tables of objects; lists are ordered when they are asked for."""

    def __init__(self, seed, now):
        self.make = Objects(seed)
        self.now = now
        self.tables = {}
        self.jobs, self.members = {}, {}

    def copy(self, now):
        """The same repository at a later moment; changing it leaves this one as it was."""
        later = copy.deepcopy(self)
        later.now = now
        return later

    def by(self, table, field, newest_first):
        """The rows in the order of a field; rows of one second keep the order in which they were made."""
        return sorted(self.tables[table], key=field, reverse=newest_first)


def committed(commit):
    return commit["commit"]["committer"]["date"]


def first_state(now):
    """A repository with half a year of history."""
    account = Account("github/repository", now)
    make, tables, start = account.make, account.tables, now - 200 * DAY
    minimal, full = make.repository(REPOSITORY, start, now - 3600)
    account.minimal = minimal
    account.full = full
    account.empty = make.repository(EMPTY, now - DAY, now - DAY)[1] | {"size": 0, "stargazers_count": 0}
    tables["labels"] = [make.label(n, name, f"{n * 11:06x}") for n, name in enumerate(LABELS)]
    add_issues(account, 206, start, now - 1800)
    tables["issue_comments"] = []
    for number in range(103):
        issue = make.random.choice(tables["issues"])
        at = moment(issue["created_at"]) + 60
        tables["issue_comments"].append(make.comment(issue, at, at + (number % 3) * 40))
    tables["commits"] = []
    add_commits(account, [start + n * (now - start - 7200) // 104 for n in range(104)])
    pulls = [issue for issue in tables["issues"] if "pull_request" in issue]
    tables["pull_requests"] = [make.pull_request(issue, full) for issue in pulls]
    tables["workflow_runs"] = []
    for number, days in enumerate([40, 12, 6, 1]):
        add_run(account, number + 1, now - days * DAY + 5000, "failure" if number == 1 else "success")
    tables["workflow_runs"][-1] |= {"status": "in_progress", "conclusion": None}
    tables["stargazers"] = [{"starred_at": rfc3339(start + n * 70_000), "user": make.user(100 + n)}
                            for n in range(205)]
    tables["teams"] = [make.team(1, "makers")]
    tables["teams"].append(make.team(2, "docs", {k: v for k, v in tables["teams"][0].items() if k != "parent"}))
    tables["teams"].append(make.team(3, "nobody"))
    # One user is in two teams: the key of a member is the team and the user.
    account.members = {"makers": [make.user(n) for n in (1, 2, 3)], "docs": [make.user(3)], "nobody": []}
    tables["releases"] = [make.release(tag, now - days * DAY) for tag, days in
                          [("v1.1.0-rc.1", 3), ("v1.0.0", 60), ("v0.9.0", 120)]]
    return account


def add_issues(account, count, start, end):
    make, tables = account.make, account.tables
    issues = tables.setdefault("issues", [])
    first = len(issues) + 1
    for index in range(count):
        created = start + (end - start) * index // count
        updated = min(created + make.random.randint(0, 30 * DAY), end - make.random.randint(0, 20_000))
        number = first + index
        labels = make.random.sample(tables["labels"], 1) if number % 6 == 0 else []
        issues.append(make.issue(number, created, max(created, updated), labels, is_closed=number % 3 == 0,
                                 is_pull=number % 45 == 0))
    # Ties at the cursor, also across a page's end.
    for index in range(4, len(issues), 12):
        issues[index]["updated_at"] = max(issues[index - 1]["updated_at"], issues[index]["created_at"])


def add_commits(account, moments):
    commits = account.tables["commits"]
    for at in moments:
        parent = commits[-1]["sha"] if commits else None
        commits.append(account.make.commit(parent, at, account.make.text(4) + "\n\nWhy: <because> & so on"))


def add_run(account, number, at, conclusion):
    make = account.make
    run = make.run(number, account.minimal, account.tables["commits"][-1], at, conclusion)
    account.tables["workflow_runs"].append(run)
    account.jobs[run["id"]] = [make.job(run, name, at + 5 + n) for n, name in
                               enumerate(["build", "test (linux)", "test (macos)"][:1 + number % 3])]


def next_day(account, now):
    """The repository a day later."""
    later = account.copy(now)
    make, tables = later.make, later.tables
    touched = tables["issues"][20:200:30]
    for index, issue in enumerate(touched):
        issue |= {"state": "closed", "state_reason": "completed", "closed_at": rfc3339(account.now + 900 + index),
                  "updated_at": rfc3339(account.now + 900 + index)}
    add_issues(later, 9, account.now + 1200, now - 600)
    comment = tables["issue_comments"][7]
    comment |= {"body": comment["body"] + " (edited)", "updated_at": rfc3339(account.now + 4000)}
    tables["issue_comments"] += [make.comment(issue, account.now + 5000 + n, account.now + 5000 + n)
                                 for n, issue in enumerate(touched[:4])]
    # A branch was merged whose commit is older than the newest one that the first run saw.
    add_commits(later, [account.now + 3000, account.now - 4 * DAY, account.now + 9000])
    pull = tables["pull_requests"][1]
    pull |= {"state": "closed", "merged_at": rfc3339(account.now + 950), "closed_at": rfc3339(account.now + 950),
             "updated_at": rfc3339(account.now + 950)}
    run = tables["workflow_runs"][-1]
    run |= {"status": "completed", "conclusion": "success"}
    for job in later.jobs[run["id"]]:
        job |= {"status": "completed", "conclusion": "success", "completed_at": rfc3339(account.now + 100)}
    add_run(later, 5, account.now + 9100, "success")
    tables["stargazers"] += [{"starred_at": rfc3339(account.now + 60 * n), "user": make.user(400 + n)}
                             for n in range(3)]
    return later
