/// The members of requests that change or describe something other than items, as the service's model has them.
extension RequestShape {
    static let tagList = RequestShape.list(.structure("Tag", ["Key": .string, "Value": .string]))

    /// Empty for an operation of another kind.
    static func controlMembers(of operation: Operation) -> [String: RequestShape] {
        switch operation {
        case .tagResource: ["ResourceArn": .string, "Tags": tagList]
        case .untagResource: ["ResourceArn": .string, "TagKeys": .list(.string)]
        case .listTagsOfResource: ["ResourceArn": .string, "NextToken": .string]
        default: [:]
        }
    }
}
