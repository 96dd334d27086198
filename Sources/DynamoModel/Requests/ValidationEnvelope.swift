/// The words that the service puts before what it finds in a request, by families of errors (docs/decisions, "The words of
/// refusals"): PutItem, UpdateItem and DeleteItem report what is wrong with parameters and expressions within
/// them, and what is wrong with an item, a key or a document without.
extension WireError {
    private static let envelope = "1 validation error detected: "

    /// This validation error within the envelope; any other error, and one that is in it already, as it is.
    package func enveloped() -> WireError {
        guard code == .validationException, !message.hasPrefix(WireError.envelope) else { return self }
        var error = self
        error.message = WireError.envelope + message
        return error
    }

    /// Runs `body`, and puts its validation errors into the envelope.
    /// - Parameter isEnveloped: which of them; the others pass as they are.
    package static func enveloping<Value>(
        where isEnveloped: (WireError) -> Bool = { _ in true }, _ body: () throws(WireError) -> Value
    ) throws(WireError) -> Value {
        do throws(WireError) {
            return try body()
        } catch {
            throw isEnveloped(error) ? error.enveloped() : error
        }
    }

    /// Whether this is about sets, nulls or the depth of a document, which are enveloped, and not about numbers or the
    /// form of a value, which are not. No message of the second kind begins so, whatever value it repeats.
    var isAboutParameterValues: Bool {
        message.hasPrefix("One or more parameter values were invalid: ")
            || message.hasPrefix("Input collection contains duplicates")
            || message == AttributeValue.nestingError.message
    }

    /// Whether this is about an empty string or binary in a key of the table or of an index. No other message begins so.
    package var isAboutEmptyKeys: Bool {
        message.hasPrefix("One or more parameter values are not valid. ")
    }
}
