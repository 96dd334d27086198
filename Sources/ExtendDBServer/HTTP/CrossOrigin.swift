import NIOHTTP1

/// What browsers want to hear before they let a page talk to a server of another origin (the Fetch standard, "CORS
/// protocol"). As the service's endpoints do, any page is let: what protects the data is the signature.
enum CrossOrigin {
    /// The answer to a preflight request, which is never signed.
    static func preflight(_ request: WireRequest, _ requestID: String) -> WireResponse {
        var response = WireResponse(status: 200, contentType: .text, requestID: requestID, body: [])
        response.headers = [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
            // Two days.
            ("access-control-max-age", "172800"),
        ]
        if let wanted = request.headers.first(name: "access-control-request-headers"), isHeaderList(wanted) {
            response.headers.append(("access-control-allow-headers", wanted))
        }
        return response
    }

    /// The headers of every other answer to a page of another origin.
    static let answer = [
        (name: "access-control-allow-origin", value: "*"),
        (name: "access-control-expose-headers", value: "x-amzn-requestid,x-amzn-errortype,x-amzn-errormessage,date"),
    ]

    /// Names and commas: what comes back in a header must not begin another one.
    private static func isHeaderList(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-_, ".utf8.contains(byte)
        }
    }
}
