import NIOCore

/// Keeps what arrives on a connection until somebody is there to serve it.
///
/// A connection is accepted before a task takes it. Reading is off until then, but a client that has sent everything and
/// closed its side makes NIO read to the end at once. Removing this handler passes on, in order, what was kept.
final class InputHold: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = WireRequest
    typealias InboundOut = WireRequest

    private enum Input {
        case read(WireRequest)
        case readComplete
        case event(Any)
    }

    private var held: [Input] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.append(.read(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        held.append(.readComplete)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        held.append(.event(event))
    }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        for input in held {
            switch input {
            case .read(let request): context.fireChannelRead(wrapInboundOut(request))
            case .readComplete: context.fireChannelReadComplete()
            case .event(let event): context.fireUserInboundEventTriggered(event)
            }
        }
        held = []
        context.leavePipeline(removalToken: removalToken)
    }
}
