import ControlPlane
import Environments
import HTTPTypes
import Hummingbird

/// `/v1/events`: a list, or a stream for those who accept `text/event-stream`.
struct EventRoutes: Sendable {
    let service: EventService
    let authenticator: Authenticator

    func add(to router: RouterGroup<APIRequestContext>) {
        router.get("events", use: events)
    }

    @Sendable private func events(_ request: Request, context: APIRequestContext) async throws -> Response {
        let filter = EventFilter(
            name: request.uri.queryParameters["name"].map(String.init),
            kinds: request.uri.queryParameters.filter { $0.0 == "kind" }.map { String($0.1) },
            reader: context.caller)
        let accepted = request.headers[.accept] ?? ""
        guard accepted.contains("text/event-stream") else {
            let limit = try request.number("limit", in: 1...1_000, preset: 100)
            let page = try await service.list(filter, after: try cursor(request), limit: limit)
            return try Response.json(
                EventListResource(items: page.events.map(EventResource.init), next: page.next.description))
        }
        let follower = try await service.follower(filter, after: try cursor(request))
        let stream = EventStream(follower: follower, channel: context.channel, logger: context.logger) {
            [authenticator] () async throws(ControlError) -> Bool in
            try await authenticator.isStillValid(context.token)
        }
        return stream.response(to: request)
    }

    /// What a client that lost its stream sends by itself wins over the address that it began with.
    private func cursor(_ request: Request) throws(ControlError) -> EventCursor? {
        if let last = request.headers.first(where: { $0.name.canonicalName == "last-event-id" })?.value, !last.isEmpty {
            return try EventCursor(last)
        }
        return try request.uri.queryParameters["after"].map { text throws(ControlError) in
            try EventCursor(String(text))
        }
    }
}
