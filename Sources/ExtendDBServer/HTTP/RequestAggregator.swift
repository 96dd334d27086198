import NIOCore
import NIOHTTP1

/// Collects the parts of a request into one ``WireRequest``, writes each ``WireResponse`` as one buffer, and closes
/// the connections of clients that break the protocol, its limits or its pace.
///
/// What it answers by itself (a malformed head, a body that is too large, a client that stalls) waits for the
/// responses to the requests that came before, and is the last thing on the connection.
final class RequestAggregator: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = WireRequest
    typealias OutboundIn = WireResponse
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Between two requests, or within a head.
        case idle
        case body(HTTPRequestHead, ByteBuffer?)
        /// Nothing more is read: the last response is under way, or the client has said that it sends nothing more.
        case finished
    }

    private let limits: HTTPLimits
    private let unixSeconds: @Sendable () -> Int64
    private var state = State.idle
    /// Requests handed on and not answered yet.
    private var unanswered = 0
    /// Responses written that the client has not taken yet.
    private var unsent = 0
    /// What to answer after the requests before it, and then to close.
    private var refusal: WireResponse?
    private var isDraining = false
    /// Whether a request ever began on this connection.
    private var wasUsed = false
    private var isClosingWhenIdle = false
    private var wasRefused = false
    private var date = HTTPDate()
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?

    init(limits: HTTPLimits, unixSeconds: @escaping @Sendable () -> Int64) {
        self.limits = limits
        self.unixSeconds = unixSeconds
    }

    // MARK: Life of the connection

    func channelActive(context: ChannelHandlerContext) {
        setDeadline(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopTimer()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopTimer()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isDraining = true
            closeIfDone(context)
            return
        }
        if let event = event as? ChannelEvent, event == .inputClosed {
            // Half closed: what was asked completely is still answered.
            state = .finished
            closeIfDone(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            refuse(context, status: 431, reason: "Request header fields too large")
        case is HTTPParserError:
            refuse(context, status: 400, reason: "Bad request")
        default:
            // The connection itself failed (a reset, for instance): nobody is there to be answered.
            state = .finished
            context.close(promise: nil)
        }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (_, .finished):
            break
        case (.head(let head), .idle):
            begin(context, head)
        case (.body(var part), .body(let head, var body)):
            // The state must not hold a second reference while the buffer grows, or each part copies it.
            state = .body(head, nil)
            let size = (body?.readableBytes ?? 0) + part.readableBytes
            guard size <= limits.maximumBodySize else {
                refuse(context, status: 413, reason: "Request body too large")
                return
            }
            if body == nil {
                body = part
            } else {
                body?.writeBuffer(&part)
            }
            state = .body(head, body)
            setDeadline(context)
        case (.end, .body(let head, let body)):
            state = .idle
            unanswered += 1
            if unsent == 0 {
                // The server is at work: no time runs for the client.
                deadline = nil
            }
            let request = WireRequest(
                method: head.method, uri: head.uri, headers: head.headers, body: body, keepAlive: head.isKeepAlive)
            if !head.isKeepAlive {
                state = .finished
            }
            context.fireChannelRead(wrapInboundOut(request))
        case (.head, .body), (.body, .idle), (.end, .idle):
            refuse(context, status: 400, reason: "Bad request")
        }
    }

    private func begin(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        guard head.version.major == 1 else {
            refuse(context, status: 400, reason: "Unsupported HTTP version")
            return
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > limits.maximumBodySize
        {
            refuse(context, status: 413, reason: "Request body too large")
            return
        }
        state = .body(head, nil)
        wasUsed = true
        setDeadline(context)
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var response = unwrapOutboundIn(data)
        unanswered -= 1
        if unanswered == 0, refusal == nil, isDraining || isFinished {
            response.closesConnection = true
        }
        send(context, response, promise: promise)
        if response.closesConnection {
            state = .finished
        } else if unanswered == 0, let last = refusal {
            refusal = nil
            send(context, last, promise: nil)
            context.flush()
        }
    }

    private func send(_ context: ChannelHandlerContext, _ response: WireResponse, promise: EventLoopPromise<Void>?) {
        let buffer = response.encoded(into: context.channel.allocator, date: date.text(unixSeconds: unixSeconds()))
        let sent = promise ?? context.eventLoop.makePromise()
        unsent += 1
        setDeadline(context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let closes = response.closesConnection
        sent.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.didSend(context, closes: closes)
        }
        context.write(wrapOutboundOut(buffer), promise: sent)
    }

    private func didSend(_ context: ChannelHandlerContext, closes: Bool) {
        unsent -= 1
        if closes {
            finishOutput(context)
        } else if unanswered > 0, unsent == 0, !isReadingBody {
            deadline = nil
        } else {
            setDeadline(context)
            closeIfDone(context)
        }
    }

    /// Closes after the last response. A client that is still sending (a body that was refused) would lose the
    /// response to the reset that closing with unread input causes, so its input is read and dropped for a moment.
    private func finishOutput(_ context: ChannelHandlerContext) {
        guard wasRefused else {
            context.close(promise: nil)
            return
        }
        deadline = .now() + Self.linger
        stopTimerOnly()
        startTimer(context, at: .now() + Self.linger)
        context.close(mode: .output, promise: nil)
    }

    private static let linger = TimeAmount.seconds(2)

    /// Answers with an error of this handler's own and closes, once everything asked before has been answered.
    private func refuse(_ context: ChannelHandlerContext, status: Int, reason: String) {
        guard !isFinished else { return }
        state = .finished
        wasRefused = true
        let response = WireResponse(
            status: status, contentType: .text, requestID: "", body: Array((reason + "\n").utf8),
            closesConnection: true)
        guard unanswered == 0 else {
            refusal = response
            return
        }
        send(context, response, promise: nil)
        context.flush()
    }

    private var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    private var isReadingBody: Bool {
        if case .body = state { true } else { false }
    }

    private func closeIfDone(_ context: ChannelHandlerContext) {
        guard unanswered == 0, unsent == 0 else { return }
        switch state {
        case .finished: context.close(promise: nil)
        case .idle where isDraining: closeUnlessAsked(context)
        case .idle, .body: break
        }
    }

    /// Closes a connection without a request, after a moment in which one that is on its way can still arrive.
    private func closeUnlessAsked(_ context: ChannelHandlerContext) {
        guard !isClosingWhenIdle else { return }
        isClosingWhenIdle = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(wasUsed ? limits.lastChance : limits.firstChance)) {
            let (handler, context) = bound.value
            handler.isClosingWhenIdle = false
            if case .idle = handler.state, handler.unanswered == 0, handler.unsent == 0 { context.close(promise: nil) }
        }
    }

    // MARK: Time

    /// Gives the client another `clientIdle` to make progress. One timer a connection: moving the deadline costs no
    /// timer operation, the timer looks at the deadline when it fires.
    private func setDeadline(_ context: ChannelHandlerContext) {
        deadline = .now() + TimeAmount(limits.clientIdle)
        guard timer == nil, let deadline else { return }
        startTimer(context, at: deadline)
    }

    private func startTimer(_ context: ChannelHandlerContext, at deadline: NIODeadline) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = bound.value
            handler.timerFired(context)
        }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        guard let deadline else { return }
        if NIODeadline.now() < deadline {
            startTimer(context, at: deadline)
        } else if case .body = state, unsent == 0 {
            refuse(context, status: 408, reason: "Request timeout")
        } else {
            context.close(promise: nil)
        }
    }

    private func stopTimer() {
        deadline = nil
        stopTimerOnly()
    }

    private func stopTimerOnly() {
        timer?.cancel()
        timer = nil
    }
}

/// `NIOLoopBound` checks that the value is touched on its event loop only.
@available(*, unavailable)
extension RequestAggregator: Sendable {}
