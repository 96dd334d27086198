/// One action of a service that speaks the Query protocol: a request that knows its parameters and its reply.
package protocol QueryOperation: Sendable {
    associatedtype Output: Sendable

    /// The value of `Action`.
    static var action: String { get }

    func encode(into parameters: inout QueryParameters)

    /// - Parameter result: the element `<ActionResult>`; an empty one for actions that return nothing.
    static func decode(_ result: XMLElement) throws(XMLDecodingError) -> Output
}

extension QueryOperation {
    /// The parameters with `Action` and `Version`, as they are sent.
    package func parameters(version: String) -> QueryParameters {
        var parameters = QueryParameters()
        parameters.add("Action", Self.action)
        parameters.add("Version", version)
        encode(into: &parameters)
        return parameters
    }
}

extension AWSClient {
    /// Sends an action and decodes its reply.
    ///
    /// - Parameters:
    ///   - version: the API version, a date.
    ///   - isSigned: false for the few actions that give credentials to those who have none.
    package func send<Operation: QueryOperation>(
        _ operation: Operation, to service: AWSService, version: String, region: String?, isSigned: Bool = true
    ) async throws(AWSError) -> Operation.Output {
        let call = AWSCall(
            service: service, operation: Operation.action, region: region, isSigned: isSigned,
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(operation.parameters(version: version).form.utf8))
        let reply = try await send(call)
        do throws(XMLDecodingError) {
            return try Self.decode(reply.body, as: Operation.self)
        } catch {
            throw AWSError(
                service: service.id, operation: Operation.action, status: reply.status, code: .unreadableReply,
                message: error.description, requestID: reply.requestID)
        }
    }

    private static func decode<Operation: QueryOperation>(
        _ body: [UInt8], as operation: Operation.Type
    ) throws(XMLDecodingError) -> Operation.Output {
        let document: XMLElement
        do {
            document = try XMLElement(parsing: body)
        } catch {
            throw XMLDecodingError(error.description)
        }
        let name = Operation.action + "Response"
        guard document.name == name else { throw XMLDecodingError("expected <\(name)>, found <\(document.name)>") }
        return try Operation.decode(document[Operation.action + "Result"] ?? XMLElement(name: name))
    }
}
