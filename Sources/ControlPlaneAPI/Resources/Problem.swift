/// An error of the API, as `application/problem+json` (RFC 9457) with a stable `code` and a hint.
package struct Problem: Codable, Sendable, Equatable {
    package var type: String
    package var title: String
    package var status: Int
    package var detail: String
    /// Stable: programs decide by it. One of the codes of `ControlError.Code`.
    package var code: String
    package var hint: String?

    package init(title: String, status: Int, detail: String, code: String, hint: String? = nil) {
        self.type = "about:blank"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.hint = hint
    }
}
