import NIOCore
import NIOHTTP1

/// What a client may send, and how slowly.
package struct HTTPLimits: Sendable {
    /// Amazon DynamoDB refuses a larger request body with 413 ("Service quotas": 16 MB a request).
    package var maximumBodySize = 16 * 1024 * 1024
    /// A session token is the largest header in practice, at most 4 KiB or so.
    package var maximumHeaderFieldSize = 16 * 1024
    package var maximumHeaderListSize = 64 * 1024
    package var maximumHeaderFieldCount = 100
    /// How long a connection may make no progress: before the end of the next request's head, between two parts of
    /// a body, or in taking a response.
    package var clientIdle: Duration = .seconds(60)
    /// How long requests in progress may take to finish once the server has been told to stop.
    package var drain: Duration = .seconds(5)
    /// How long an idle connection stays open once the server has been told to stop: a client that works through
    /// requests sends its next one within this time, and is answered and told to close instead of being cut off.
    package var lastChance: Duration = .milliseconds(10)
    /// The same for a connection on which nothing was asked yet. Clients connect when they have something to send.
    package var firstChance: Duration = .milliseconds(200)

    package init() {}

    var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeaderFieldSize
        limits.maxHeaderListSize = maximumHeaderListSize
        limits.maxHeaderFieldCount = maximumHeaderFieldCount
        return limits
    }
}
