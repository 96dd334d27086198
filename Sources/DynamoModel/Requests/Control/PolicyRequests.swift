/// PutResourcePolicy.
package struct PutResourcePolicyRequest: Sendable {
    package let resourceARN: String
    package let policy: String
    package let expectedRevisionID: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "PutResourcePolicyInput")
        resourceARN = try reader.resourceARN()
        reader.require("Policy")
        policy = try reader.string("Policy") ?? ""
        expectedRevisionID = try reader.expectedRevisionID()
        _ = try reader.bool("ConfirmRemoveSelfResourceAccess")
        try reader.finish()
    }
}

/// GetResourcePolicy.
package struct GetResourcePolicyRequest: Sendable {
    package let resourceARN: String

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "GetResourcePolicyInput")
        resourceARN = try reader.resourceARN()
        try reader.finish()
    }
}

/// DeleteResourcePolicy.
package struct DeleteResourcePolicyRequest: Sendable {
    package let resourceARN: String
    package let expectedRevisionID: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DeleteResourcePolicyInput")
        resourceARN = try reader.resourceARN()
        expectedRevisionID = try reader.expectedRevisionID()
        try reader.finish()
    }
}

extension RequestReader {
    fileprivate mutating func expectedRevisionID() throws(WireError) -> String? {
        guard let id = try string("ExpectedRevisionId") else { return nil }
        checkLength(id.utf16.count, 1...255, of: id, at: "ExpectedRevisionId")
        return id
    }
}

/// The rules of a resource-based policy's document.
package enum ResourcePolicyDocument {
    /// "The maximum size supported for a resource-based policy document is 20 KB. DynamoDB counts whitespaces."
    static let maximumSize = 20_480

    /// The value of `ExpectedRevisionId` that demands that there is no policy.
    package static let noPolicy = "NO_POLICY"

    /// - Throws: a validation error for what is no policy: not JSON, without statements, or a statement that lacks
    ///   what a resource-based policy needs.
    package static func check(_ text: String) throws(WireError) {
        guard text.utf8.count <= maximumSize else {
            throw .invalidParameter(
                "Resource-based policy document exceeds the maximum size of \(maximumSize) bytes")
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: Array(text.utf8))
        } catch {
            throw invalid("The policy is not in the valid JSON format")
        }
        guard document.objectValue != nil, let statements = document["Statement"] else {
            throw invalid("The policy has no Statement")
        }
        let list = statements.arrayValue ?? [statements]
        guard !list.isEmpty else { throw invalid("The policy has no Statement") }
        for statement in list {
            guard statement.objectValue != nil else { throw invalid("A Statement is not an object") }
            guard let effect = statement["Effect"]?.stringValue, effect == "Allow" || effect == "Deny" else {
                throw invalid("The Effect of a Statement must be Allow or Deny")
            }
            guard statement["Principal"] != nil || statement["NotPrincipal"] != nil else {
                throw invalid("A Statement of a resource-based policy must have a Principal")
            }
            guard statement["Action"] != nil || statement["NotAction"] != nil else {
                throw invalid("A Statement must have an Action")
            }
            guard statement["Resource"] != nil || statement["NotResource"] != nil else {
                throw invalid("A Statement must have a Resource")
            }
        }
    }

    private static func invalid(_ reason: String) -> WireError {
        .validation("Invalid policy document: \(reason)")
    }
}
