"""Objects of a GitHub repository, with the field sets of the published reference for API version 2022-11-28.

Values are drawn from a seeded generator. Accounts are numbered demo users of an organisation that does not exist.
"""

import base64
import random

from scenario import rfc3339

API, WEB = "https://api.github.com", "https://github.com"
OWNER, REPOSITORY, EMPTY = "tributary-demo", "widgets", "empty"
WORDS = ["Fix", "Crash", "parser", "on empty <input>", "when the page is full", "& retry", "docs:", "übersetzen",
         "日本語の見出し", "🚀 speed up", "\"quoted\" names", "memory of long walks", "in CI", "for Café rows", "time zones"]
REACTIONS = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"]
REPOSITORY_URLS = [
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents",
    "contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks",
    "issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones", "notifications",
    "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees",
]


class Objects:
    """Makes objects; every one of them belongs to one organisation and one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.serial = 0

    def id(self, base):
        """Ids grow; those of newer kinds are far beyond 32 bits."""
        self.serial += self.random.randint(1, 900)
        return base + self.serial

    def node(self, kind, number):
        return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"

    def sha(self):
        return "".join(self.random.choices("0123456789abcdef", k=40))

    def text(self, words=5):
        return " ".join(self.random.choices(WORDS, k=words))

    def user(self, number):
        login, id = f"demo-user-{number}", 40_000_000 + number * 7919
        url = f"{API}/users/{login}"
        return {
            "login": login, "id": id, "node_id": self.node("U", id), "gravatar_id": "",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{id}?v=4", "url": url,
            "html_url": f"{WEB}/{login}", "followers_url": f"{url}/followers",
            "following_url": f"{url}/following{{/other_user}}", "gists_url": f"{url}/gists{{/gist_id}}",
            "starred_url": f"{url}/starred{{/owner}}{{/repo}}", "subscriptions_url": f"{url}/subscriptions",
            "organizations_url": f"{url}/orgs", "repos_url": f"{url}/repos", "events_url": f"{url}/events{{/privacy}}",
            "received_events_url": f"{url}/received_events", "type": "User", "user_view_type": "public",
            "site_admin": False,
        }

    def organization(self):
        return self.user(0) | {"login": OWNER, "type": "Organization", "html_url": f"{WEB}/{OWNER}"}

    def repository(self, name, created, pushed):
        """The minimal repository that runs and pull requests carry, and what the full one adds."""
        id = 810_000_000 + len(name)
        full, url = f"{OWNER}/{name}", f"{API}/repos/{OWNER}/{name}"
        minimal = {
            "id": id, "node_id": self.node("R", id), "name": name, "full_name": full, "private": False,
            "owner": self.organization(), "html_url": f"{WEB}/{full}", "description": "Widgets <for> & against",
            "fork": False, "url": url,
        } | {f"{part}_url": f"{url}/{part}" for part in REPOSITORY_URLS}
        full_only = {
            "created_at": rfc3339(created), "updated_at": rfc3339(pushed), "pushed_at": rfc3339(pushed),
            "git_url": f"git://github.com/{full}.git", "ssh_url": f"git@github.com:{full}.git",
            "clone_url": f"{WEB}/{full}.git", "svn_url": f"{WEB}/{full}", "homepage": None, "size": 108,
            "stargazers_count": 205, "watchers_count": 205, "language": "Swift", "has_issues": True,
            "has_projects": False, "has_downloads": True, "has_wiki": False, "has_pages": False,
            "has_discussions": False, "forks_count": 9, "mirror_url": None, "archived": False, "disabled": False,
            "open_issues_count": 41, "license": None, "allow_forking": True, "is_template": False,
            "web_commit_signoff_required": False, "topics": ["widgets", "größe"], "visibility": "public", "forks": 9,
            "open_issues": 41, "watchers": 205, "default_branch": "main",
        }
        return minimal, minimal | full_only

    def reactions(self, url):
        return {"url": f"{url}/reactions", "total_count": 0} | dict.fromkeys(REACTIONS, 0)

    def label(self, number, name, color):
        id = 9_100_000_000 + number
        return {"id": id, "node_id": self.node("LA", id), "name": name, "color": color, "default": number < 3,
                "url": f"{API}/repos/{OWNER}/{REPOSITORY}/labels/{name.replace(' ', '%20')}",
                "description": None if number % 2 else f"About {name}"}

    def issue(self, number, created, updated, labels, is_closed=False, is_pull=False):
        url, id = f"{API}/repos/{OWNER}/{REPOSITORY}/issues/{number}", self.id(3_300_000_000)
        web = f"{WEB}/{OWNER}/{REPOSITORY}/{'pull' if is_pull else 'issues'}/{number}"
        issue = {
            "url": url, "repository_url": f"{API}/repos/{OWNER}/{REPOSITORY}", "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments", "events_url": f"{url}/events", "html_url": web, "id": id,
            "node_id": self.node("I", id), "number": number, "title": self.text(4),
            "user": self.user(self.random.randint(1, 40)), "labels": labels,
            "state": "closed" if is_closed else "open", "locked": False, "assignee": None, "assignees": [],
            "milestone": None, "comments": self.random.randint(0, 4), "created_at": rfc3339(created),
            "updated_at": rfc3339(updated), "closed_at": rfc3339(updated) if is_closed else None,
            "author_association": "NONE", "type": None, "active_lock_reason": None,
            "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
            "issue_dependencies_summary": {"blocked_by": 0, "total_blocked_by": 0, "blocking": 0,
                                           "total_blocking": 0},
            "body": None if number % 5 == 0 else self.text(9) + "\r\n\r\n```swift\nlet a = b && c < d\n```",
            "closed_by": None, "reactions": self.reactions(url), "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None, "state_reason": "completed" if is_closed else None,
        }
        if is_pull:
            pull = f"{API}/repos/{OWNER}/{REPOSITORY}/pulls/{number}"
            issue |= {"draft": False, "pull_request": {"url": pull, "html_url": web, "diff_url": f"{web}.diff",
                                                       "patch_url": f"{web}.patch", "merged_at": None}}
        return issue

    def comment(self, issue, created, updated):
        id = self.id(3_400_000_000)
        url = f"{API}/repos/{OWNER}/{REPOSITORY}/issues/comments/{id}"
        return {
            "url": url, "html_url": f"{issue['html_url']}#issuecomment-{id}", "issue_url": issue["url"], "id": id,
            "node_id": self.node("IC", id), "user": self.user(self.random.randint(1, 40)),
            "created_at": rfc3339(created), "updated_at": rfc3339(updated), "author_association": "CONTRIBUTOR",
            "body": self.text(6), "reactions": self.reactions(url), "performed_via_github_app": None,
        }

    def commit(self, parent, at, message):
        sha, tree = self.sha(), self.sha()
        url, web = f"{API}/repos/{OWNER}/{REPOSITORY}", f"{WEB}/{OWNER}/{REPOSITORY}"
        user = self.user(self.random.randint(1, 6))
        person = {"name": user["login"], "email": f"{user['login']}@users.example", "date": rfc3339(at)}
        parents = [{"sha": parent, "url": f"{url}/commits/{parent}", "html_url": f"{web}/commit/{parent}"}]
        return {
            "sha": sha, "node_id": self.node("C", sha[:12]),
            "commit": {"author": person, "committer": person, "message": message,
                       "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"}, "url": f"{url}/git/commits/{sha}",
                       "comment_count": 0, "verification": {"verified": False, "reason": "unsigned",
                                                            "signature": None, "payload": None, "verified_at": None}},
            "url": f"{url}/commits/{sha}", "html_url": f"{web}/commit/{sha}",
            "comments_url": f"{url}/commits/{sha}/comments", "author": user,
            "committer": user if at % 3 == 0 else None, "parents": parents if parent else [],
        }

    def pull_request(self, issue, repository, merged=None):
        url = f"{API}/repos/{OWNER}/{REPOSITORY}/pulls/{issue['number']}"
        number, web = issue["number"], issue["html_url"]

        def side(ref, repo):
            return {"label": f"{OWNER}:{ref}", "ref": ref, "sha": self.sha(), "user": self.organization(),
                    "repo": repo}

        links = {"self": url, "html": web, "issue": issue["url"], "comments": issue["comments_url"],
                 "review_comments": f"{url}/comments", "review_comment": f"{url}/comments{{/number}}",
                 "commits": f"{url}/commits", "statuses": f"{API}/repos/{OWNER}/{REPOSITORY}/statuses/{self.sha()}"}
        shared = ["number", "state", "locked", "title", "user", "body", "created_at", "updated_at", "closed_at",
                  "assignee", "assignees", "labels", "milestone", "author_association", "active_lock_reason"]
        id = self.id(2_900_000_000)
        return {
            "url": url, "id": id, "node_id": self.node("PR", id), "html_url": web, "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch", "issue_url": issue["url"],
        } | {name: issue[name] for name in shared} | {
            "merged_at": rfc3339(merged) if merged else None, "merge_commit_sha": self.sha(),
            "requested_reviewers": [], "requested_teams": [], "draft": False, "commits_url": f"{url}/commits",
            "review_comments_url": f"{url}/comments", "review_comment_url": f"{url}/comments{{/number}}",
            "comments_url": issue["comments_url"], "statuses_url": links["statuses"],
            # The fork of the first one was deleted: the reference allows null there.
            "head": side(f"topic-{number}", None if number % 2 else repository), "base": side("main", repository),
            "_links": {name: {"href": href} for name, href in links.items()}, "auto_merge": None,
        }

    def run(self, number, repository, commit, created, conclusion):
        id = self.id(18_000_000_000)
        url, web = f"{API}/repos/{OWNER}/{REPOSITORY}", f"{WEB}/{OWNER}/{REPOSITORY}"
        head = {"id": commit["sha"], "tree_id": commit["commit"]["tree"]["sha"],
                "message": commit["commit"]["message"], "timestamp": commit["commit"]["committer"]["date"],
                "author": {"name": "demo-user-1", "email": "demo-user-1@users.example"},
                "committer": {"name": "demo-user-1", "email": "demo-user-1@users.example"}}
        return {
            "id": id, "name": "CI", "node_id": self.node("WFR", id), "head_branch": "main",
            "head_sha": commit["sha"], "path": ".github/workflows/ci.yml", "display_title": "CI <main>",
            "run_number": number, "event": "push", "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion, "workflow_id": 77_001, "check_suite_id": self.id(39_000_000_000),
            "check_suite_node_id": self.node("CS", id), "url": f"{url}/actions/runs/{id}",
            "html_url": f"{web}/actions/runs/{id}", "pull_requests": [], "created_at": rfc3339(created),
            "updated_at": rfc3339(created + 300), "actor": self.user(1), "triggering_actor": self.user(1),
            "run_attempt": 1, "referenced_workflows": [], "run_started_at": rfc3339(created),
            "jobs_url": f"{url}/actions/runs/{id}/jobs", "logs_url": f"{url}/actions/runs/{id}/logs",
            "check_suite_url": f"{url}/check-suites/{id}", "artifacts_url": f"{url}/actions/runs/{id}/artifacts",
            "cancel_url": f"{url}/actions/runs/{id}/cancel", "rerun_url": f"{url}/actions/runs/{id}/rerun",
            "previous_attempt_url": None, "workflow_url": f"{url}/actions/workflows/77001", "head_commit": head,
            "repository": repository, "head_repository": repository,
        }

    def job(self, run, name, at):
        id = self.id(52_000_000_000)
        url, web = f"{API}/repos/{OWNER}/{REPOSITORY}", f"{WEB}/{OWNER}/{REPOSITORY}"
        is_done = run["status"] == "completed"
        steps = [{"name": step, "status": "completed" if is_done else "queued",
                  "conclusion": "success" if is_done else None, "number": number + 1,
                  "started_at": rfc3339(at + number) if is_done else None,
                  "completed_at": rfc3339(at + number + 1) if is_done else None}
                 for number, step in enumerate(["Set up job", "Run swift test && lint"])]
        return {
            "id": id, "run_id": run["id"], "workflow_name": "CI", "head_branch": "main", "run_url": run["url"],
            "run_attempt": 1, "node_id": self.node("CR", id), "head_sha": run["head_sha"],
            "url": f"{url}/actions/jobs/{id}", "html_url": f"{web}/actions/runs/{run['id']}/job/{id}",
            "status": run["status"], "conclusion": run["conclusion"], "created_at": rfc3339(at),
            "started_at": rfc3339(at + 4), "completed_at": rfc3339(at + 90) if is_done else None, "name": name,
            "steps": steps, "check_run_url": f"{url}/check-runs/{id}", "labels": ["ubuntu-latest"],
            "runner_id": 7 if is_done else None, "runner_name": "runner 7" if is_done else None,
            "runner_group_id": 0 if is_done else None, "runner_group_name": "Default" if is_done else None,
        }

    def team(self, number, slug, parent=None):
        id = 11_000_000 + number
        url = f"{API}/organizations/40000000/team/{id}"
        return {
            "id": id, "node_id": self.node("T", id), "name": slug.title(), "slug": slug, "description": None,
            "privacy": "closed", "notification_setting": "notifications_enabled", "permission": "push", "url": url,
            "html_url": f"{WEB}/orgs/{OWNER}/teams/{slug}", "members_url": f"{url}/members{{/member}}",
            "repositories_url": f"{url}/repos", "permissions": {"pull": True, "triage": True, "push": True,
                                                                "maintain": False, "admin": False},
            "parent": parent,
        }

    def release(self, tag, at):
        id = self.id(220_000_000)
        url, web = f"{API}/repos/{OWNER}/{REPOSITORY}", f"{WEB}/{OWNER}/{REPOSITORY}"
        return {
            "url": f"{url}/releases/{id}", "assets_url": f"{url}/releases/{id}/assets",
            "upload_url": f"https://uploads.github.com/repos/{OWNER}/{REPOSITORY}/releases/{id}/assets{{?name,label}}",
            "html_url": f"{web}/releases/tag/{tag}", "id": id, "author": self.user(1), "node_id": self.node("RE", id),
            "tag_name": tag, "target_commitish": "main", "name": f"{tag} – „Wanderdüne“", "draft": False,
            "immutable": False, "prerelease": "-" in tag, "created_at": rfc3339(at), "updated_at": rfc3339(at + 60),
            "published_at": rfc3339(at + 60), "assets": [], "tarball_url": f"{url}/tarball/{tag}",
            "zipball_url": f"{url}/zipball/{tag}", "body": "* faster\n* <smaller>",
        }
