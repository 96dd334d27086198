package import Environments
package import HTTPClient

/// Asks an endpoint as its user would, until it answers right or the deadline passes.
package struct Prober: Sendable {
    package init(client: HTTPClient) { preconditionFailure("not built yet") }

    /// Returns once a signed `ListTables` and a signed `GetItem` of `target` came back right.
    ///
    /// - Parameter endpoint: e.g. `http://127.0.0.1:20000`.
    /// - Throws: `ControlError` with the last answer, at the latest after `deadline`.
    package func probe(
        endpoint: String, credential: ProbeCredential, target: ProbeTarget?, deadline: Duration = .seconds(10)
    ) async throws(ControlError) { preconditionFailure("not built yet") }
}
