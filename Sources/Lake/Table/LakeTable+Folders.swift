extension LakeTable {
    /// The folders of the tables below a folder of a storage, in order: every one that has a Delta log.
    public static func folders(in storage: any LakeStorage, under folder: String) async throws -> [String] {
        let log = "/_delta_log/"
        var folders: [String] = []
        for file in try await storage.list(folder) {
            guard let range = file.path.firstRange(of: log) else { continue }
            let table = String(file.path[..<range.lowerBound])
            // The logs of stages lie below a table's own folder.
            guard !table.contains("/_tributary/"), folders.last != table else { continue }
            folders.append(table)
        }
        return folders
    }
}
