import DynamoModel
import HTTPClient

/// The error that a service put into its answer.
struct ServiceError: Sendable, Hashable {
    var code: String
    var message: String
    var requestID: String?

    /// nil when the body is not the service's, as from a proxy on the way.
    init?(_ response: HTTPResponse, form: AWSService.ErrorForm) {
        switch form {
        case .queryXML: self.init(xml: response.body)
        case .json: self.init(json: response)
        }
    }

    /// `<ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>`
    private init?(xml body: [UInt8]) {
        guard let document = try? XMLElement(parsing: body), let error = document["Error"],
            let code = error.string("Code")
        else { return nil }
        self.code = code
        message = error.string("Message") ?? ""
        requestID = document.string("RequestId") ?? document.string("RequestID")
    }

    /// The code may carry a namespace before and a colon with a URL behind it; the message's name has both cases.
    /// OAuth's errors (RFC 6749) have `error` and `error_description`.
    private init?(json response: HTTPResponse) {
        guard let document = try? JSONValue(parsing: response.body) else { return nil }
        let said =
            response.header("x-amzn-ErrorType") ?? document["__type"]?.stringValue ?? document["code"]?.stringValue
            ?? document["error"]?.stringValue
        guard let said else { return nil }
        code = said.prefix { $0 != ":" }.split(separator: "#").last.map(String.init) ?? said
        message =
            document["message"]?.stringValue ?? document["Message"]?.stringValue
            ?? document["error_description"]?.stringValue ?? ""
    }
}
