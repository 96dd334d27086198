/// Wraps a value that nobody may see by accident: it does not print, whether alone, inside another value, with
/// `String(reflecting:)`, `dump` or a mirror, and what holds it cannot become `Codable` without saying how.
///
/// Reading the property gives the value as it is; the wrapper guards it against everything that looks without being told
/// to.
@propertyWrapper
package struct Secret<Value: Hashable & Sendable>: Hashable, Sendable {
    package var wrappedValue: Value

    package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
