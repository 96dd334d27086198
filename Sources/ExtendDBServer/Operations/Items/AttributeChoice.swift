import DynamoModel
import ExtendDBLayout

/// What `Select`, the projection, the filter and the index of a Query or Scan together ask for.
struct AttributeChoice: Sendable {
    let select: Select?
    /// The top-level attributes of the projection; `nil` without one.
    let projected: Set<Text>?
    /// The top-level attributes that the filter looks at; `nil` without one.
    let filtered: Set<Text>?

    /// Checks the choice against the index.
    ///
    /// - Returns: whether items must be fetched from the table, since the index does not hold all that is wanted.
    func fetchesItems(_ index: IndexView?) throws(WireError) -> Bool {
        guard let index else { return false }
        let missing = Self.missing(projected, in: index)
        let holdsAll = index.definition.projection.type == .all
        switch index.definition.kind {
        case .global:
            if select == .allAttributes, !holdsAll {
                throw .invalidParameter(
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index \(index.name) "
                        + "because its projection type is not ALL")
            }
            if !missing.isEmpty {
                throw .invalidParameter(
                    "Global secondary index \(index.name) does not project [\(Self.list(missing))]")
            }
            try checkFilter(index)
            return false
        case .local:
            try checkFilter(index)
            return (select == .allAttributes && !holdsAll) || !missing.isEmpty
        }
    }

    /// A filter is applied to the entries of the index, before anything is fetched for them.
    private func checkFilter(_ index: IndexView) throws(WireError) {
        let missing = Self.missing(filtered, in: index)
        guard !missing.isEmpty else { return }
        throw .invalidParameter(
            "Secondary index \(index.name) does not project one or more filter attributes: [\(Self.list(missing))]")
    }

    private static func missing(_ attributes: Set<Text>?, in index: IndexView) -> Set<Text> {
        (attributes ?? []).filter { !index.physical.projects($0) }
    }

    private static func list(_ attributes: Set<Text>) -> String {
        attributes.sorted().map(\.string).joined(separator: ", ")
    }
}
