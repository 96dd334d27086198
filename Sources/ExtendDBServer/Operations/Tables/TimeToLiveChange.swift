import DynamoModel

/// What UpdateTimeToLive makes of a table's setting, or why it is refused.
struct TimeToLiveChange: Hashable {
    /// The attribute that holds the time of expiry from now on; `nil` when nothing expires.
    let attribute: String?

    /// - Parameters:
    ///   - current: The table's attribute as it is.
    ///   - attribute: The attribute that the request names, which disabling must name too.
    init(current: String?, attribute: String, enabled: Bool) throws(WireError) {
        switch (current, enabled) {
        case (nil, true):
            self.attribute = attribute
        case (let current?, _) where current != attribute:
            throw .validation(
                "TimeToLive is active on a different AttributeName: current AttributeName is \(current)")
        case (.some, true):
            throw .validation("TimeToLive is already enabled")
        case (.some, false):
            self.attribute = nil
        case (nil, false):
            throw .validation("TimeToLive is already disabled")
        }
    }
}
