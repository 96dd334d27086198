import ControlPlane
import Environments
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Server-sent events (HTML standard, section 9.2) for one client.
///
/// Each event carries its cursor as `id`, so that a client which lost the stream goes on behind the last one. There is no
/// `event` field: a browser hands events without one to a single listener, and the kind stands in the data.
struct EventStream: Sendable {
    let follower: EventFollower
    let channel: any Channel
    let logger: Logger
    /// Whether the client may still read.
    let isAllowed: @Sendable () async throws(ControlError) -> Bool

    /// How often a silent stream shows that it lives: well below the minute after which proxies cut a connection.
    static let heartbeat = Duration.seconds(15)
    /// What a client waits before it connects again, in milliseconds.
    static let retry = 1_000
    /// How long a client that does not read may hold the server's end up.
    static let farewell = TimeAmount.seconds(2)

    func response(to request: Request) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await withGracefulShutdownHandler {
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await write(to: &writer)
                    }
                } onGracefulShutdown: { [channel] in
                    channel.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
                }
            })
    }

    /// Writes until the client goes away or the server stops. Each write waits until the connection takes it, and the
    /// next events are read only then.
    private func write(to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: \(Self.retry)\n\n"))
        var follower = follower
        while let (events, next) = await read(follower) {
            follower = next
            var buffer = ByteBuffer()
            for event in events {
                buffer.writeString("id: \(event.cursor)\ndata: ")
                buffer.writeBytes(try APICoding.encode(EventResource(event)))
                buffer.writeString("\n\n")
            }
            // An id without data moves the client's place on, and shows that the stream lives.
            if events.isEmpty { buffer.writeString(": alive\nid: \(follower.position)\n\n") }
            try await writer.write(buffer)
        }
        try await writer.finish(nil)
    }

    /// What to write next; nil when the stream is to end.
    private func read(_ follower: EventFollower) async -> (events: [EventRecord], next: EventFollower)? {
        do {
            return try await cancelWhenGracefulShutdown {
                var next = follower
                let events = try await next.next(within: Self.heartbeat)
                return try await isAllowed() ? (events, next) : nil
            }
        } catch let error as ControlError where error.code != .cancelled {
            // The client connects again, and is told what is wrong if it still is.
            logger.info("a stream of events ended early", metadata: ["error": "\(error)"])
            return nil
        } catch {
            return nil
        }
    }
}
