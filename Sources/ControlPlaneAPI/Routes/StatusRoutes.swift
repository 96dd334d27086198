import ControlPlane
import Environments
import Hummingbird

/// `/v1/status`, `/v1/doctor` and `/metrics`: the control plane as a whole.
struct StatusRoutes: Sendable {
    let controlPlane: ControlPlane

    func add(to router: Router<APIRequestContext>) {
        router.get("metrics", use: metrics)
        let v1 = router.group("v1")
        v1.get("status") { _, context in
            try Response.json(StatusResource(await controlPlane.status(seenBy: context.caller)))
        }
        v1.get("doctor", use: doctor)
    }

    /// Sums over everything, with the names of snapshots in the labels: none of it could be shown in part.
    @Sendable private func metrics(_ request: Request, context: APIRequestContext) async throws -> Response {
        guard !context.caller.isBound else {
            throw ControlError(
                .forbidden, subject: request.uri.path,
                "metrics are about everything, and this token is bound to a part of it",
                hint: "use a token with the scope read that is not bound to labels or snapshots")
        }
        var response = Response.text(await controlPlane.metricsText())
        response.headers[.contentType] = PrometheusText.contentType
        return response
    }

    @Sendable private func doctor(_ request: Request, context: APIRequestContext) async throws -> Response {
        let checks: [DoctorCheck]
        if let aurora = request.uri.queryParameters["aurora"].map(String.init) {
            try await controlPlane.checkMayAskAWS(about: aurora, context.caller)
            checks = await controlPlane.doctor(aurora: aurora)
        } else {
            checks = await controlPlane.doctor(seenBy: context.caller)
        }
        return try Response.json(ListResource(items: checks.map(CheckResource.init)))
    }
}
