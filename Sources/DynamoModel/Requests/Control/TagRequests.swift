/// TagResource.
package struct TagResourceRequest: Sendable {
    /// The ARN as it came; what it names is looked at with the table.
    package var resourceARN: String
    package var tags: [Tag]

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "TagResourceInput")
        resourceARN = try reader.resourceARN()
        reader.require("Tags")
        tags = try reader.tags()
        try reader.finish()
    }
}

/// UntagResource.
package struct UntagResourceRequest: Sendable {
    package var resourceARN: String
    package var tagKeys: [String]

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UntagResourceInput")
        resourceARN = try reader.resourceARN()
        reader.require("TagKeys")
        tagKeys = try reader.strings("TagKeys") ?? []
        reader.checkElements(
            tagKeys, 1...Limits.tagKeyLength, of: "[\(tagKeys.joined(separator: ", "))]", at: "TagKeys")
        try reader.finish()
    }
}

/// ListTagsOfResource.
package struct ListTagsOfResourceRequest: Sendable {
    package var resourceARN: String
    package var nextToken: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ListTagsOfResourceInput")
        resourceARN = try reader.resourceARN()
        nextToken = try reader.string("NextToken")
        try reader.finish()
    }
}

extension RequestReader {
    /// The `ResourceArn` of tags and resource policies: 1 to 1283 characters (`ResourceArnString` of the model).
    mutating func resourceARN() throws(WireError) -> String {
        require("ResourceArn")
        guard let arn = try string("ResourceArn") else { return "" }
        checkLength(arn.utf16.count, 1...1283, of: arn, at: "ResourceArn")
        return arn
    }

    /// `Tags`; empty where there are none.
    mutating func tags() throws(WireError) -> [Tag] {
        var tags: [Tag] = []
        for (index, element) in (try list("Tags") ?? []).enumerated() {
            var nested = try RequestReader(element, "Tag", path: "\(path)tags.\(index + 1).member.")
            nested.require("Key")
            nested.require("Value")
            let key = try nested.string("Key") ?? ""
            let value = try nested.string("Value") ?? ""
            if nested.has("Key") { nested.checkLength(key.utf16.count, 1...Limits.tagKeyLength, of: key, at: "Key") }
            nested.checkLength(value.utf16.count, 0...Limits.tagValueLength, of: value, at: "Value")
            merge(nested)
            tags.append(Tag(key: key, value: value))
        }
        return tags
    }
}

/// The rules of tags beyond lengths ("Tagging restrictions in DynamoDB" in the Developer Guide).
package enum TagRules {
    /// Tags that a request sets: each key once, none of the service's own, only characters that are allowed.
    package static func check(_ tags: [Tag]) throws(WireError) {
        var seen: Set<Text> = []
        for tag in tags {
            try checkKey(tag.key)
            if !isAllowed(tag.value) {
                throw .invalidParameter("The value of the tag \(tag.key) contains invalid characters")
            }
            guard seen.insert(Text(tag.key)).inserted else {
                throw .invalidParameter("Duplicate tag key provided: \(tag.key)")
            }
        }
    }

    /// Keys that begin with `aws:`, in any case, belong to the service.
    package static func checkKey(_ key: String) throws(WireError) {
        if key.lowercased().hasPrefix("aws:") {
            throw .invalidParameter("Tag keys that start with aws: are reserved for system use: \(key)")
        }
        if !isAllowed(key) { throw .invalidParameter("The tag key \(key) contains invalid characters") }
    }

    /// How many tags a resource has once a request is carried out.
    package static func check(count: Int) throws(WireError) {
        guard count <= Limits.tagsPerResource else {
            throw .invalidParameter(
                "Too many tags: a resource can have at most \(Limits.tagsPerResource), and the request would leave "
                    + "\(count)")
        }
    }

    /// Letters, white space and digits of any script, and `+ - = . _ : / @`.
    private static func isAllowed(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "+", "-", "=", ".", "_", ":", "/", "@": true
            default:
                scalar.properties.isAlphabetic || scalar.properties.isWhitespace
                    || scalar.properties.numericType != nil || scalar.properties.generalCategory == .nonspacingMark
            }
        }
    }
}
