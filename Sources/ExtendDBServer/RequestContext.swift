/// What an operation knows of the request it answers besides its parameters: who asks, where, and when.
///
/// Operations read the clock here and nowhere else, so that a test decides what time it is.
package struct RequestContext: Sendable {
    /// The twelve digits of the account that the caller's access key belongs to. Tables are looked up within it.
    package let accountID: String
    /// The region that this server answers for, as it stands in table ARNs.
    package let region: String
    /// The identifier in the response's `x-amzn-RequestId`, and in every log line about this request.
    package let requestID: String
    /// The time of the request in seconds since 1970.
    package let now: Double
    /// The name and port under which the client reached this server, from its `Host` header.
    package let host: String
    /// What the request changes that makes work for later.
    let changes = TimedChanges()
    /// The name of the user or role that asks, for messages that name it.
    package let principal: String

    package init(
        accountID: String, region: String, requestID: String, now: Double, host: String = "", principal: String = ""
    ) {
        self.accountID = accountID
        self.region = region
        self.requestID = requestID
        self.now = now
        self.host = host
        self.principal = principal
    }
}
