import Columns
import Tributary

extension GitHubSource {
    /// The tables of one repository, in alphabetical order.
    static func endpoints(of repository: String) -> [RESTEndpoint] {
        let tables = Tables(repository: repository)
        return [
            tables.commits, tables.issueComments, tables.issues, tables.labels, tables.pullRequests, tables.releases,
            tables.repositoryItself, tables.stargazers, tables.teamMembers, tables.teams, tables.workflowJobs,
            tables.workflowRuns,
        ]
    }

    /// The endpoints below one repository.
    private struct Tables {
        let repository: String

        /// Newest first; `since` and `until` compare the committer's date, and a merged branch brings older commits.
        var commits: RESTEndpoint {
            let committed = RESTIncremental(
                .datetime("created_at"), start: RESTIncremental.Bound("since", format: .iso8601Seconds),
                end: RESTIncremental.Bound("until", format: .iso8601Seconds), sort: .descending)
            return table(
                "commits", "/commits", keys: ["sha"], lifting: ["created_at": "commit.committer.date"],
                incremental: [committed], sort: .descending,
                // A repository without a commit.
                actions: [.ignore(409)], lookback: .seconds(7 * 86_400))
        }

        var issues: RESTEndpoint {
            table(
                "issues", "/issues",
                incremental: [since("updated_at", sortedBy: "updated"), since("created_at", sortedBy: "created")],
                query: ["state": "all", "sort": "updated", "direction": "asc"])
        }

        var issueComments: RESTEndpoint {
            table(
                "issue_comments", "/issues/comments",
                incremental: [since("updated_at", sortedBy: "updated"), since("created_at", sortedBy: "created")],
                query: ["sort": "updated", "direction": "asc"])
        }

        var pullRequests: RESTEndpoint {
            table(
                "pull_requests", "/pulls",
                incremental: [
                    .newestFirst(.datetime("updated_at"), query: ["sort": "updated"]),
                    .newestFirst(.datetime("created_at"), query: ["sort": "created"]),
                ], sort: .descending, query: ["state": "all", "sort": "updated", "direction": "desc"])
        }

        /// A run that was going on is finished later: the lookback reads it again.
        var workflowRuns: RESTEndpoint {
            table(
                "workflow_runs", "/actions/runs", rows: "workflow_runs",
                incremental: [.newestFirst(.datetime("created_at"))], sort: .descending, lookback: .seconds(86_400))
        }

        var workflowJobs: RESTEndpoint {
            table(
                "workflow_jobs", "/actions/runs/{\(name("workflow_runs")).id}/jobs", rows: "jobs",
                incremental: [.newestFirst(.datetime("created_at"))], sort: .descending,
                parent: RESTParent(name("workflow_runs"), columns: [:], stopsAtWatermark: true),
                // A run that was deleted after it was listed has no jobs any more.
                actions: [.ignore(404)], lookback: .seconds(86_400))
        }

        var stargazers: RESTEndpoint {
            table(
                "stargazers", "/stargazers", lifting: ["id": "user.id"],
                partitioning: .datetime("starred_at", by: .month),
                headers: ["Accept": "application/vnd.github.star+json"])
        }

        var teams: RESTEndpoint { table("teams", "/teams", partitioning: .md5()) }

        /// One user can be in several teams.
        var teamMembers: RESTEndpoint {
            let owner = repository.prefix { $0 != "/" }
            return RESTEndpoint(
                name("team_members"), path: "/orgs/\(owner)/teams/{\(name("teams")).slug}/members",
                primaryKeys: ["team_id", "id"], rows: "", sort: .unsorted, partitioning: .md5(),
                parent: RESTParent(name("teams"), columns: ["id": "team_id"]), actions: [.ignore(404)])
        }

        var labels: RESTEndpoint { table("labels", "/labels", partitioning: .md5()) }

        var releases: RESTEndpoint { table("releases", "/releases") }

        var repositoryItself: RESTEndpoint {
            RESTEndpoint(
                name("repository"), path: "/repos/\(repository)", primaryKeys: ["id"], rows: "", isSingleRow: true,
                partitioning: .md5(), paginator: .singlePage, pageSize: nil)
        }

        private func name(_ table: String) -> String { "\(repository).\(table)" }

        /// Oldest change first. `since` compares the moment of the last change, which is never before the creation.
        private func since(_ field: String, sortedBy order: String) -> RESTIncremental {
            .datetime(
                field, parameter: "since", format: .iso8601Seconds, query: ["sort": order], sort: .ascending)
        }

        private func table(
            _ table: String, _ path: String, rows: String = "", keys: [String] = ["id"],
            lifting: KeyValuePairs<String, String> = [:], incremental: [RESTIncremental] = [],
            sort: RESTSort = .unsorted,
            partitioning: PartitionHints = .datetime("created_at", by: .month), parent: RESTParent? = nil,
            query: KeyValuePairs<String, String> = [:], headers: KeyValuePairs<String, String> = [:],
            actions: [ResponseAction] = [], lookback: Duration? = nil
        ) -> RESTEndpoint {
            RESTEndpoint(
                name(table), path: "/repos/\(repository)\(path)", primaryKeys: keys, rows: rows,
                lifting: lifting, incremental: incremental, sort: incremental.isEmpty ? .unsorted : sort,
                partitioning: partitioning,
                parent: parent, query: query, headers: headers, actions: actions, defaultLookback: lookback)
        }
    }
}
