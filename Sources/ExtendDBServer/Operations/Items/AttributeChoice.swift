import DynamoModel
import ExtendDBLayout

/// What `Select`, the projection and the index of a Query or Scan together ask for. A filter asks for nothing: to it,
/// what the index does not hold is absent.
struct AttributeChoice: Sendable {
    let select: Select?
    /// The top-level attributes of the projection; `nil` without one.
    let projected: Set<Text>?

    /// Checks the choice against the index.
    ///
    /// - Returns: whether items must be fetched from the table, since the index does not hold all that is wanted.
    func fetchesItems(_ index: IndexView?) throws(WireError) -> Bool {
        guard let index else { return false }
        let missing = (projected ?? []).filter { !index.physical.projects($0) }
        let holdsAll = index.definition.projection.type == .all
        switch index.definition.kind {
        case .global:
            if select == .allAttributes, !holdsAll {
                throw .invalidParameter(
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index \(index.name) "
                        + "because its projection type is not ALL")
            }
            if !missing.isEmpty {
                let names = missing.sorted().map(\.string).joined(separator: ", ")
                throw .invalidParameter("Global secondary index \(index.name) does not project [\(names)]")
            }
            return false
        case .local:
            return (select == .allAttributes && !holdsAll) || !missing.isEmpty
        }
    }
}
