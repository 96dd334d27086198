/// Endpoints that somebody configured instead of AWS's own.
package struct EndpointOverrides: Sendable, Hashable {
    struct Override: Sendable, Hashable {
        let url: String
        /// Where it is configured, for errors.
        let origin: String
    }

    /// For one service, by the service's `id`.
    private var services: [String: Override] = [:]
    /// For every service without one of its own.
    private var all: Override?
    package var isFIPS = false
    package var isDualStack = false

    package init() {}

    /// The same endpoint for every service.
    package init(url: String, origin: String = "the configured endpoint") {
        all = Override(url: url, origin: origin)
    }

    package mutating func set(_ url: String, for service: AWSService, origin: String) {
        services[service.id] = Override(url: url, origin: origin)
    }

    package mutating func setForAll(_ url: String, origin: String) {
        all = Override(url: url, origin: origin)
    }

    func configured(for service: AWSService) -> Override? {
        services[service.id] ?? all
    }
}
