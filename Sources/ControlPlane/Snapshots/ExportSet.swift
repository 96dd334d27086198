import DynamoModel
import Environments

/// One table to import: its export and its definition.
struct TableExport: Sendable {
    var manifest: ExportManifest
    var definition: TableDefinition
    /// The file that the definition came from, for messages.
    var definitionPath: String
}

/// Everything that a directory offers for import.
struct ExportSet: Sendable {
    /// Sorted by table name.
    var tables: [TableExport]
    var accountID: String
    var region: String

    var itemCount: Int { tables.reduce(0) { $0 + $1.manifest.itemCount } }
    var compressedBytes: Int { tables.reduce(0) { $0 + $1.manifest.compressedBytes } }

    /// Folders below the directory that are searched: `DIR/AWSDynamoDB/<id>/` is two down, and copies are often kept
    /// in a folder a table.
    static let maximumDepth = 6

    /// Finds every export below `directory`, reads its manifest and finds its table definition.
    static func read(directory: String) throws(ControlError) -> ExportSet {
        guard PosixFile.isDirectory(directory, followingLinks: true) else {
            throw ControlError(
                .invalidRequest, subject: directory, "\(directory) is not a directory that can be read",
                hint: "give the directory into which the export was copied")
        }
        let root = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        let folders = try manifestFolders(in: root, depth: 0)
        guard !folders.isEmpty else {
            throw ControlError(
                .invalidRequest, subject: directory, "no manifest-summary.json was found in \(directory)",
                hint: "give the directory of a DynamoDB export to S3, e.g. copied with `aws s3 cp --recursive`")
        }
        var tables: [TableExport] = []
        for folder in folders {
            let manifest = try ExportManifest.read(folder: folder)
            let (definition, path) = try definition(for: manifest, root: root)
            if let other = tables.first(where: { $0.manifest.table.tableName == manifest.table.tableName }) {
                throw ControlError(
                    .invalidRequest, subject: folder,
                    "\(other.manifest.folder) and \(folder) both export table \(manifest.table.tableName)",
                    hint: "keep one export of each table in the directory")
            }
            tables.append(TableExport(manifest: manifest, definition: definition, definitionPath: path))
        }
        let first = tables[0].manifest
        for table in tables {
            let arn = table.manifest.table
            guard arn.accountID == first.table.accountID, arn.region == first.table.region else {
                throw ControlError(
                    .invalidRequest, subject: table.manifest.folder,
                    "the exports come from more than one account or region: \(first.table) and \(arn)",
                    hint: "import them as separate snapshots")
            }
        }
        tables.sort { $0.manifest.table.tableName < $1.manifest.table.tableName }
        return ExportSet(tables: tables, accountID: first.table.accountID, region: first.table.region)
    }

    private static func manifestFolders(in folder: String, depth: Int) throws(ControlError) -> [String] {
        if PosixFile.exists("\(folder)/manifest-summary.json") { return [folder] }
        guard depth < maximumDepth else { return [] }
        var found: [String] = []
        for name in try PosixFile.list(folder) where PosixFile.isDirectory("\(folder)/\(name)") {
            found += try manifestFolders(in: "\(folder)/\(name)", depth: depth + 1)
        }
        return found
    }

    /// The definition whose `TableName` is the manifest's table, in the export's folder or a parent up to the root;
    /// else the only definition there is on that way, which covers a table that was renamed.
    private static func definition(
        for manifest: ExportManifest, root: String
    ) throws(ControlError) -> (TableDefinition, String) {
        var candidates: [(name: String, json: JSONValue, path: String)] = []
        var folder = manifest.folder
        while true {
            candidates += try definitions(in: folder)
            guard folder != root, let parent = PosixFile.parent(of: folder), parent.utf8.count >= root.utf8.count
            else { break }
            folder = parent
        }
        let wanted = manifest.table.tableName
        let chosen = candidates.first { $0.name == wanted } ?? (candidates.count == 1 ? candidates[0] : nil)
        guard let chosen else {
            let seen = candidates.isEmpty ? "" : " (found: \(candidates.map(\.name).joined(separator: ", ")))"
            throw ControlError(
                .invalidRequest, subject: manifest.folder,
                "there is no definition of table \(wanted) next to its export in \(manifest.folder)\(seen)",
                hint: "save it there: aws dynamodb describe-table --table-name \(wanted) > \(wanted).json")
        }
        do {
            var definition = try TableDefinition(describeTable: chosen.json)
            definition.name = wanted
            return (definition, chosen.path)
        } catch {
            throw ControlError(
                .invalidRequest, subject: chosen.path, "\(chosen.path) is no usable table definition: \(error.message)",
                hint: "save it again with `aws dynamodb describe-table --table-name \(wanted)`")
        }
    }

    /// The `*.json` files of a folder that hold a top-level `Table` object.
    private static func definitions(
        in folder: String
    ) throws(ControlError) -> [(name: String, json: JSONValue, path: String)] {
        var found: [(name: String, json: JSONValue, path: String)] = []
        for file in try PosixFile.list(folder) where file.hasSuffix(".json") && !file.hasPrefix("manifest-") {
            let path = "\(folder)/\(file)"
            guard let size = PosixFile.size(path), size <= maximumDefinitionSize, !PosixFile.isDirectory(path),
                let bytes = try PosixFile.read(path)
            else { continue }
            let json: JSONValue
            do {
                json = try JSONValue(parsing: bytes)
            } catch {
                throw ControlError(
                    .invalidRequest, subject: path,
                    "\(path) is not JSON: \(error.reason) at byte \(error.offset)",
                    hint: "a table definition is what `aws dynamodb describe-table` prints")
            }
            if let table = json["Table"], let name = table["TableName"]?.stringValue {
                found.append((name, json, path))
            }
        }
        return found
    }

    /// A description with every index and attribute that DynamoDB allows is some 100 KB.
    private static let maximumDefinitionSize = 4 * 1_048_576
}
