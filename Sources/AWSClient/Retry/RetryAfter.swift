import HTTPClient

/// How long a server asks us to wait.
enum RetryAfter {
    /// In seconds: `x-amz-retry-after` in milliseconds, else `Retry-After` in seconds or as a date; nil when neither is
    /// there and readable.
    static func seconds(_ response: HTTPResponse, now: Timestamp) -> Double? {
        if let text = response.header("x-amz-retry-after"), let milliseconds = Int(text), milliseconds >= 0 {
            return Double(milliseconds) / 1_000
        }
        guard let text = response.header("Retry-After") else { return nil }
        if let seconds = Int(text), seconds >= 0 { return Double(seconds) }
        return Timestamp(httpDate: text).map { Double(max(0, $0.unixSeconds - now.unixSeconds)) }
    }
}
