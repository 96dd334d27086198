import DynamoModel

/// The paths that an update or a projection has named so far; no two of them may touch the same value.
struct PathRegistry {
    private var paths: [DocumentPath] = []

    /// Adds a path, and reports the first earlier one that it overlaps (one is within the other) or conflicts with
    /// (they take the same thing for a map and for a list).
    mutating func add(_ path: DocumentPath, errors: inout BindingErrors) {
        for earlier in paths where earlier.root == path.root {
            switch Self.relation(earlier.elements, path.elements) {
            case .apart: continue
            case .overlap:
                errors.add(.overlappingPaths, Self.message("overlap", earlier, path))
                return
            case .conflict:
                errors.add(.conflictingPaths, Self.message("conflict", earlier, path))
            }
        }
        paths.append(path)
    }

    private enum Relation { case apart, overlap, conflict }

    private static func relation(_ a: [DocumentPath.Element], _ b: [DocumentPath.Element]) -> Relation {
        for (left, right) in zip(a, b) {
            switch (left, right) {
            case (.attribute, .index), (.index, .attribute): return .conflict
            default: if left != right { return .apart }
            }
        }
        return .overlap
    }

    private static func message(_ verb: String, _ one: DocumentPath, _ two: DocumentPath) -> String {
        "Two document paths \(verb) with each other; must remove or rewrite one of these paths; "
            + "path one: \(one), path two: \(two)"
    }
}
