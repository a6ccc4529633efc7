import Columns
import Crypto
import Foundation
import Spawn
import Tributary

/// Another revision of the package, built outside the checkout, as a program that can be run.
///
/// The tree and its build are kept in the user's cache, one folder for each repository, so that the next comparison builds
/// only what differs; the folder may be deleted at any time. The tree is written through an index of its own: git knows
/// nothing of it, and the checkout is not touched.
struct BaseVersion {
    let git: Git
    /// The full name of the commit.
    let commit: String
    /// The folder of this repository in the cache.
    let scratch: URL
    /// The executable product.
    let product: String
    /// Held while the tree is this revision's.
    private let lock: ScratchLock

    /// Why there is no program to compare with.
    struct Unavailable: Error, CustomStringConvertible {
        var description: String
    }

    /// Writes out a revision and builds it: minutes for the first time, seconds when little differs.
    ///
    /// - Throws: ``Unavailable`` with the reason, which is no fault of the version under test.
    init(_ commit: String, of git: Git) throws {
        self.git = git
        self.commit = commit
        product = Bundle.main.executableURL?.lastPathComponent ?? "tributary"
        guard let top = git.run("rev-parse", "--show-toplevel") else {
            throw Unavailable(description: "\(git.package.path) is no git repository.")
        }
        scratch = Self.folder(of: top)
        do {
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
            lock = try ScratchLock(scratch.appending(path: "lock"))
        } catch {
            throw Unavailable(description: "\(scratch.path) cannot be written: \(error)")
        }
        try checkOut(top)
        borrowDependencies()
        try build()
    }

    /// Where the trees and builds of a repository are kept.
    private static func folder(of repository: String) -> URL {
        let digest = Hexadecimal.text(SHA256.hash(data: Data(repository.utf8)).prefix(6))
        let caches =
            Console.environment("TRIBUTARY_CACHE").map { URL(filePath: $0) }
            ?? FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first?.appending(path: "tributary")
            ?? FileManager.default.temporaryDirectory.appending(path: "tributary-cache")
        return caches.appending(path: "against/\(digest)")
    }

    private var tree: URL { scratch.appending(path: "tree") }
    /// The package within the tree: it need not be the repository's root.
    var package: URL { tree.appending(path: git.run("rev-parse", "--show-prefix") ?? "") }
    private var builds: URL { scratch.appending(path: "build") }
    var executable: URL { builds.appending(path: "debug/\(product)") }

    private func checkOut(_ top: String) throws {
        try? FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
        var variables = ProcessInfo.processInfo.environment
        variables["GIT_INDEX_FILE"] = scratch.appending(path: "index").path
        let arguments = ["git", "-C", top, "--work-tree", tree.path, "read-tree", "--reset", "-u", commit]
        let outcome = try? ToolProcess.run(arguments, environment: variables)
        guard let outcome, outcome.status == 0 else {
            throw Unavailable(
                description: "git could not write out \(commit.prefix(12)): \(outcome?.excerpt ?? "git is missing")")
        }
        // Where the versions of dependencies are not part of the repository, both versions are built with the same.
        let (mine, theirs) = (
            git.package.appending(path: "Package.resolved"), package.appending(path: "Package.resolved")
        )
        if git.run("ls-files", "Package.resolved")?.isEmpty != false,
            !FileManager.default.fileExists(atPath: theirs.path)
        {
            try? FileManager.default.copyItem(at: mine, to: theirs)
        }
    }

    /// Takes over what was fetched for the build of this program, so that the network is asked for nothing that is here
    /// already. Which versions are taken is for that revision's own `Package.resolved` to say; what lacks is fetched.
    private func borrowDependencies() {
        let files = FileManager.default
        let mine = ownBuilds.appending(path: "repositories")
        let theirs = builds.appending(path: "repositories")
        try? files.createDirectory(at: theirs, withIntermediateDirectories: true)
        for name in (try? files.contentsOfDirectory(atPath: mine.path)) ?? [] {
            let (target, draft) = (theirs.appending(path: name), theirs.appending(path: ".\(name)"))
            if files.fileExists(atPath: target.path) { continue }
            // A copy that was interrupted must not be taken for a repository.
            try? files.removeItem(at: draft)
            try? files.copyItem(at: mine.appending(path: name), to: draft)
            try? files.moveItem(at: draft, to: target)
        }
    }

    /// The folder that this program was built in.
    private var ownBuilds: URL {
        var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        while let place = folder, place.path != "/" {
            let state = place.appending(path: "workspace-state.json")
            if FileManager.default.fileExists(atPath: state.path) { return place }
            folder = place.deletingLastPathComponent()
        }
        return git.package.appending(path: ".build")
    }

    private func build() throws {
        Console.note("Building \(commit.prefix(12)) in \(scratch.path); the first time takes minutes.")
        var arguments = [
            "swift", "build", "--package-path", package.path, "--scratch-path", builds.path, "--product", product,
        ]
        let traits = drivers
        if !traits.isEmpty { arguments += ["--traits", traits.joined(separator: ",")] }
        let progress = BuildProgress(label: "Building \(commit.prefix(12))")
        let outcome = try? progress.shown { step in
            try ToolProcess.run(arguments, environment: environment, follow: step)
        }
        guard let outcome else { throw Unavailable(description: "the command swift is missing.") }
        guard outcome.status == 0 else {
            throw Unavailable(description: "\(commit.prefix(12)) does not build:\n  \(outcome.excerpt)")
        }
    }

    /// The drivers that this program was built with, as far as that revision has them.
    private var drivers: [String] {
        var drivers: [String] = []
        #if PostgreSQL
            drivers.append("PostgreSQL")
        #endif
        #if MariaDB
            drivers.append("MariaDB")
        #endif
        let manifest = (try? String(contentsOf: package.appending(path: "Package.swift"), encoding: .utf8)) ?? ""
        return drivers.filter { manifest.contains(".trait(name: \"\($0)\"") }
    }

    /// That revision's warnings are no errors here, whatever today's compiler warns of.
    private var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment
        variables["CI"] = nil
        return variables
    }

    /// Runs the built program in its own tree.
    func run(_ arguments: [String], with variables: [String: String] = [:]) throws -> ToolProcess.Outcome {
        try ToolProcess.run(
            [executable.path] + arguments, environment: environment.merging(variables) { $1 }, at: package)
    }
}
