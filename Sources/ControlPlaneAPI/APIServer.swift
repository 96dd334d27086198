package import ControlPlane
import Environments
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
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
        let listen = try ListenAddress(configuration.listen)
        let token = try LocalToken.ensure(path: configuration.tokenPath)
        let logger = logger
        // A Unix socket is this machine's own and speaks plain HTTP.
        let certificate = listen.host == nil ? nil : try ServerCertificate.ensure(configuration)
        let application = Application(
            router: router(token: token), server: try Self.server(certificate),
            configuration: ApplicationConfiguration(address: Self.bindAddress(listen), serverName: "envctl"),
            onServerRunning: { channel in
                let info = ServerInfo(
                    url: Self.url(listen, configuration, port: channel.localAddress?.port), pid: Int(getpid()),
                    authority: certificate?.authority)
                do {
                    try info.write(to: configuration.serverInfoPath)
                    logger.info("API is served", metadata: ["url": "\(info.url)"])
                } catch {
                    logger.error("commands will not find the API", metadata: ["error": "\(error)"])
                }
            },
            logger: logger)
        defer {
            unlink(configuration.serverInfoPath)
            if case .unix(let path) = listen { unlink(path) }
        }
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
        router.add(middleware: OperationMiddleware(metrics: controlPlane.metrics, logger: logger))
        router.add(middleware: ProblemMiddleware())
        let authenticator = controlPlane.authenticator(localToken: token)
        router.add(middleware: AuthenticationMiddleware(authenticator: authenticator))
        router.add(middleware: TextMiddleware())
        router.add(middleware: AccessMiddleware(environments: controlPlane.environments))
        router.get("healthz") { _, _ in Response.text("ok\n") }
        router.get("readyz") { [controlPlane] _, _ in
            let status = await controlPlane.status()
            return Response.text(
                status.isReady ? "ready\n" : "not ready: \(status.reason ?? "starting")\n",
                status: status.isReady ? .ok : .serviceUnavailable)
        }
        StatusRoutes(controlPlane: controlPlane).add(to: router)
        let v1 = router.group("v1")
        EnvironmentRoutes(
            service: controlPlane.environments, capacity: controlPlane.capacity, costs: controlPlane.costs
        ).add(to: v1)
        LifetimeRoutes(service: controlPlane.environments).add(to: v1)
        SnapshotRoutes(service: controlPlane.snapshots, pools: controlPlane.pools).add(to: v1)
        PoolRoutes(service: controlPlane.pools).add(to: v1)
        CapacityRoutes(service: controlPlane.capacity, pools: controlPlane.pools, costs: controlPlane.costs)
            .add(to: v1)
        ReconcileRoutes(controlPlane: controlPlane).add(to: v1)
        EventRoutes(service: controlPlane.events, authenticator: authenticator).add(to: v1)
        TokenRoutes(service: controlPlane.tokens).add(to: v1)
        WebhookRoutes(service: controlPlane.webhooks).add(to: v1)
        return router
    }

    /// Every call that is served, as ``AccessTable`` writes them.
    package func routes(token: String) -> [(method: String, path: String)] {
        router(token: token).routes.map { ($0.method.rawValue, $0.path.description) }
    }

    private static func bindAddress(_ listen: ListenAddress) -> BindAddress {
        switch listen {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    private static func server(_ certificate: ServerCertificate?) throws -> HTTPServerBuilder {
        guard let certificate else { return .http1() }
        let chain = try NIOSSLCertificate.fromPEMFile(certificate.certificate)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.privateKey, format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        return try .tls(.http1(), tlsConfiguration: tls)
    }

    /// How clients find it; see `APIClient.Target` for the socket's.
    private static func url(
        _ listen: ListenAddress, _ configuration: ControlPlaneConfiguration, port: Int?
    ) -> String {
        switch listen {
        case .tcp(let host, let wanted):
            (configuration.usesTLS ? "https://" : "http://")
                + ListenAddress.tcp(host: configuration.apiHost(host), port: port ?? wanted).description
        case .unix: listen.description
        }
    }
}
