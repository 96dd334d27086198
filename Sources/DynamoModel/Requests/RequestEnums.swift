/// An enumeration of the service's model, with its values in the order in which constraint messages list them.
protocol WireEnum: RawRepresentable<String> {
    static var wireOrder: String { get }
}

/// What a write answers with.
package enum ReturnValues: String, Hashable, Sendable, CaseIterable, WireEnum {
    case none = "NONE"
    case allOld = "ALL_OLD"
    case updatedOld = "UPDATED_OLD"
    case allNew = "ALL_NEW"
    case updatedNew = "UPDATED_NEW"

    static let wireOrder = "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"
}

package enum ReturnConsumedCapacity: String, Hashable, Sendable, CaseIterable, WireEnum {
    case none = "NONE"
    case total = "TOTAL"
    case indexes = "INDEXES"

    static let wireOrder = "INDEXES, TOTAL, NONE"
}

package enum ReturnItemCollectionMetrics: String, Hashable, Sendable, CaseIterable, WireEnum {
    case none = "NONE"
    case size = "SIZE"

    static let wireOrder = "SIZE, NONE"
}

/// Whether a failed condition answers with the item it failed on.
package enum ReturnValuesOnConditionCheckFailure: String, Hashable, Sendable, CaseIterable, WireEnum {
    case none = "NONE"
    case allOld = "ALL_OLD"

    static let wireOrder = "ALL_OLD, NONE"
}

package enum Select: String, Hashable, Sendable, CaseIterable, WireEnum {
    case allAttributes = "ALL_ATTRIBUTES"
    case allProjectedAttributes = "ALL_PROJECTED_ATTRIBUTES"
    case specificAttributes = "SPECIFIC_ATTRIBUTES"
    case count = "COUNT"

    static let wireOrder = "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"
}

extension KeyType: WireEnum {
    static let wireOrder = "HASH, RANGE"
}

extension KeyAttributeType: WireEnum {
    static let wireOrder = "B, N, S"
}

extension ProjectionType: WireEnum {
    static let wireOrder = "ALL, INCLUDE, KEYS_ONLY"
}

extension BillingMode: WireEnum {
    static let wireOrder = "PROVISIONED, PAY_PER_REQUEST"
}

extension TableClass: WireEnum {
    static let wireOrder = "STANDARD, STANDARD_INFREQUENT_ACCESS"
}

/// What a request may say of the encryption of a table.
enum SSEType: String, Hashable, Sendable, CaseIterable, WireEnum {
    case aes256 = "AES256"
    case kms = "KMS"

    static let wireOrder = "AES256, KMS"
}

extension StreamViewType: WireEnum {
    static let wireOrder = "NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY"
}
