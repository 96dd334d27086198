import DynamoModel

extension Parser {
    /// Document paths with commas between them.
    mutating func projection() throws(WireError) -> [PathSyntax] {
        var paths: [PathSyntax] = []
        repeat { paths.append(try path()) } while skip(.comma)
        try expectEnd()
        return paths
    }
}
