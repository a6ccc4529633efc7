import Cassettes
import Columns
import Pipeline
import Tributary

/// Work that the upstream does on demand: exports, reports, searches.
enum JobChecks {
    static let all = [outcomes, oneByOne, strangers]

    private static let outcomes = Check(
        "http-job-outcomes-respected", group: .http, level: .fault,
        proves:
            "A table that comes of a job of the upstream's is stored only when the job ended well, with all its output.",
        method:
            "Full refreshes over the table of an earlier one, while the recorded answers about the job are changed: still "
            + "running twice, which must succeed, with a pause before each question that is as long as Retry-After says; running for ever, each of the states that mean failure, a state that no "
            + "documentation names, no output, a part of the output, and a link to a file that has run out. Those must "
            + "fail and leave the table as it was.",
        likelyCause:
            "Every state but «running» is taken for the end, or what the job has made is not counted: compare state and "
            + "rows with what the job says, and fail on anything else.",
        catches: "job-finished-without-usable-output", "missing-file-of-an-export-passed-over",
        "job-asked-without-a-pause"
    ) { input in
        try await JobBench.judging(input) { try await $0.outcomes() }
    }

    private static let oneByOne = Check(
        "memory-files-handed-over-one-by-one", group: .memory, level: .replay,
        proves: "The rows of a job's first file are handed over before its last one is asked for.",
        method:
            "A full refresh over the recording of a job with several files; the order of requests and hand-overs is looked at.",
        likelyCause:
            "All files are fetched, one by one or at once, and their rows kept until the last is there: hand over the rows of "
            + "each file before the next is asked for.",
        catches: "all-files-held-before-the-first-row"
    ) { input in
        try await JobBench.judging(input) { try await $0.holding() }
    }

    private static let strangers = Check(
        "secret-not-sent-to-files-of-strangers", group: .security, level: .fault,
        proves: "Links to files that a job names are no reason to send the credentials to another host.",
        method:
            "A full refresh over the recording of a job whose files are said to lie at another host. No request there may carry "
            + "a secret of the config, in a field, the URL or the body.",
        likelyCause:
            "The file's URL is asked for with the client's authorization, whatever its host: send that to the API's own origin "
            + "alone. Links that are signed need none.",
        isWaivable: false, catches: "file-of-a-stranger-asked-with-the-key"
    ) { input in
        try await JobBench.judging(input) { try await $0.strangers() }
    }
}
