package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The wire server: accepts connections, answers requests one after another on each, and drains when told to stop.
///
/// Each connection is a child task, so nothing outlives ``run()``. One event loop moves the bytes of all connections;
/// requests are answered on Swift's own threads.
package struct Server: Service {
    private let configuration: ServerConfiguration
    private let socket: ListeningSocket
    private let application: Application
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - onListening: Called once with the port, when connections are accepted.
    package init(
        configuration: ServerConfiguration, socket: ListeningSocket = .bind, logger: Logger,
        clock: WallClock = .system, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.socket = socket
        self.logger = logger
        self.onListening = onListening
        application = Application(configuration: configuration, clock: clock, logger: logger)
    }

    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await run(on: group)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func run(on group: MultiThreadedEventLoopGroup) async throws {
        let registry = ConnectionRegistry()
        let listener = try await listen(on: group, registry)
        let port = listener.channel.localAddress?.port ?? 0
        logger.info("listening", metadata: ["address": "\(configuration.bindAddress)", "port": "\(port)"])
        onListening(port)

        let (forced, force) = AsyncStream.makeStream(of: Void.self)
        let drain = TimeAmount(configuration.http.drain)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await application.run(on: group.any()) }
                tasks.addTask {
                    try await serve(listener)
                    force.finish()
                }
                // Ends when every connection is closed, or when those that are left have had their time.
                for await _ in forced { break }
                tasks.cancelAll()
                try await tasks.waitForAll()
            }
        } onGracefulShutdown: {
            logger.info("draining")
            listener.channel.close(promise: nil)
            registry.drain()
            listener.channel.eventLoop.scheduleTask(in: drain) {
                registry.closeAll()
                force.finish()
            }
        }
        logger.info("stopped")
    }

    private typealias Connection = NIOAsyncChannel<WireRequest, WireResponse>

    private func serve(_ listener: NIOAsyncChannel<any Channel, Never>) async throws {
        try await listener.executeThenClose { channels in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await channel in channels {
                    tasks.addTask { await serve(channel) }
                }
            }
        }
    }

    private func serve(_ channel: any Channel) async {
        do {
            try await connection(on: channel).executeThenClose { requests, responses in
                for try await request in requests {
                    try await responses.write(application.respond(to: request))
                }
            }
        } catch {
            // The client is gone in the middle of a request or a response: nobody is left to be told.
            logger.debug("connection ended", metadata: ["error": "\(error)"])
        }
    }

    /// Wraps a channel for the task that serves it, and lets it read from now on.
    ///
    /// Not done when the channel is accepted: one that is accepted while the server shuts down reaches no task, and a
    /// wrapper that is dropped unused ends the process.
    private func connection(on channel: any Channel) async throws -> Connection {
        let connection = try await channel.eventLoop.submit {
            try Connection(
                wrappingChannelSynchronously: channel,
                // A request may be 16 MiB: of pipelined ones, one waits while one is answered.
                configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 1)))
        }.get()
        try await channel.pipeline.handler(type: InputHold.self).flatMap { hold in
            channel.pipeline.syncOperations.removeHandler(hold)
        }.get()
        try await channel.setOption(.autoRead, value: true).get()
        return connection
    }

    private func listen(
        on group: MultiThreadedEventLoopGroup, _ registry: ConnectionRegistry
    ) async throws -> NIOAsyncChannel<any Channel, Never> {
        let limits = configuration.http
        let clock = application.clock
        let tls = try configuration.tls?.context()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
        let initialize: @Sendable (any Channel) -> EventLoopFuture<any Channel> = { channel in
            channel.eventLoop.makeCompletedFuture {
                registry.add(channel)
                let pipeline = channel.pipeline.syncOperations
                if let tls { try pipeline.addHandler(TLSDetector(tls)) }
                try pipeline.addHandler(
                    ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits.decoder)))
                try pipeline.addHandler(RequestAggregator(limits: limits, unixSeconds: clock.unixSeconds))
                try pipeline.addHandler(InputHold())
                return channel
            }
        }
        switch socket {
        case .inherited(let descriptor):
            try ListeningSocket.prepare(descriptor)
            return try await bootstrap.bind(descriptor, childChannelInitializer: initialize)
        case .bind:
            do {
                return try await bootstrap.bind(
                    host: configuration.bindAddress, port: configuration.port, childChannelInitializer: initialize)
            } catch {
                throw ConfigurationError(
                    "cannot listen on \(configuration.bindAddress) port \(configuration.port): \(error)",
                    hint: "choose another 'port' or 'bind_address', or stop the process that uses it")
            }
        }
    }
}

/// A service group keeps its services' descriptions for its log. By reflection this one would take 4 ms of each start and
/// show the whole configuration.
extension Server: CustomStringConvertible {
    package var description: String { "Server" }
}
