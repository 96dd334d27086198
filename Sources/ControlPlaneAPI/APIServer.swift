package import ControlPlane
package import Environments
package import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The HTTP API in front of a control plane: a service that binds its address, leaves it in `run/server.json` for
/// commands of this machine, and takes it away again at shutdown.
package struct APIServer: Service {
    private let controlPlane: ControlPlane
    private let logger: Logger

    package init(controlPlane: ControlPlane, logger: Logger) {
        self.controlPlane = controlPlane
        self.logger = logger
    }

    /// Serves until graceful shutdown. Waits for the control plane first, so that whoever finds the address can use
    /// it.
    ///
    /// - Throws: `ControlError` when the address is not one, is taken, or the token cannot be made.
    package func run() async throws {
        try await controlPlane.waitUntilReady()
        let configuration = controlPlane.configuration
        let (host, port) = try Self.split(address: configuration.listen)
        let token = try LocalToken.ensure(path: configuration.tokenPath)
        let logger = logger
        let application = Application(
            router: router(token: token),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "envctl"),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                let info = ServerInfo(url: "http://\(host):\(bound)", pid: Int(getpid()))
                do {
                    try info.write(to: configuration.serverInfoPath)
                    logger.info("API is served", metadata: ["url": "\(info.url)"])
                } catch {
                    logger.error("commands will not find the API", metadata: ["error": "\(error)"])
                }
            },
            logger: logger)
        defer { unlink(configuration.serverInfoPath) }
        do {
            try await application.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw ControlError(
                .portInUse, subject: configuration.listen, "the address \(configuration.listen) is in use",
                hint: "choose another one: ENVCTL_LISTEN=127.0.0.1:PORT envctl up")
        }
    }

    /// The routes; apart from ``run()`` so that what they answer does not depend on how they are served.
    package func router(token: String) -> Router<APIRequestContext> {
        let router = Router(context: APIRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: BearerTokenMiddleware(token: token))
        router.get("healthz") { _, _ in Response.text("ok\n") }
        router.get("readyz") { [controlPlane] _, _ in
            let status = await controlPlane.status()
            return Response.text(
                status.isReady ? "ready\n" : "not ready: \(status.reason ?? "starting")\n",
                status: status.isReady ? .ok : .serviceUnavailable)
        }
        let v1 = router.group("v1")
        EnvironmentRoutes(service: controlPlane.environments).add(to: v1)
        SnapshotRoutes(service: controlPlane.snapshots, pools: controlPlane.pools).add(to: v1)
        PoolRoutes(service: controlPlane.pools).add(to: v1)
        ReconcileRoutes(controlPlane: controlPlane).add(to: v1)
        EventRoutes(service: controlPlane.events).add(to: v1)
        v1.get("status") { [controlPlane] _, _ in
            try Response.json(StatusResource(await controlPlane.status()))
        }
        v1.get("doctor") { [controlPlane] _, _ in
            try Response.json(ListResource(items: await controlPlane.doctor().map(CheckResource.init)))
        }
        return router
    }

    /// `host:port` in its parts; an IPv6 host stands in brackets.
    package static func split(address: String) throws(ControlError) -> (host: String, port: Int) {
        guard let colon = address.lastIndex(of: ":"), colon != address.startIndex,
            let port = Int(address[address.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw ControlError(
                .invalidRequest, subject: address, "'\(address)' is not an address to listen on",
                hint: "write host:port, e.g. 127.0.0.1:8642")
        }
        let host = address[..<colon]
        return (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host), port)
    }
}
