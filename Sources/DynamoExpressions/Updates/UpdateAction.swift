package import DynamoModel

/// One change that an update makes.
package enum UpdateAction: Hashable, Sendable {
    case set(DocumentPath, UpdateValue)
    case remove(DocumentPath)
    /// Adds a number, or the elements of a set; in its legacy form also appends the elements of a list.
    case add(DocumentPath, AttributeValue)
    /// Takes the elements out of a set.
    case delete(DocumentPath, AttributeValue)

    package var path: DocumentPath {
        switch self {
        case .set(let path, _), .remove(let path), .add(let path, _), .delete(let path, _): path
        }
    }
}

/// What a `SET` action assigns.
package enum UpdateValue: Hashable, Sendable {
    case operand(UpdateOperand)
    case sum(UpdateOperand, UpdateOperand)
    case difference(UpdateOperand, UpdateOperand)
}

package indirect enum UpdateOperand: Hashable, Sendable {
    case path(DocumentPath)
    case value(AttributeValue)
    /// The value at the path, or else the other.
    case ifNotExists(DocumentPath, UpdateOperand)
    case listAppend(UpdateOperand, UpdateOperand)

    /// The type that is known without an item.
    var staticType: AttributeType? {
        switch self {
        case .path: nil
        case .value(let value): value.type
        case .ifNotExists(_, let operand): operand.staticType
        case .listAppend: .list
        }
    }
}
