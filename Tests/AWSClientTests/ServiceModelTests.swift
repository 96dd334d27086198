import AWSClient
import TestSupport
import Testing

/// Our requests before the judge that AWS ships.
@Suite(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct ServiceModelTests {
    static func judge(_ requests: [(service: String, form: String)]) async throws {
        for complaint in try await ServiceModel.judge(requests) { Issue.record("\(complaint)") }
        print("requests judged by botocore's service model: \(requests.count)")
    }

    @Test func everyRDSCall() async throws {
        var random = RandomRDSRequests()
        var requests: [(service: String, form: String)] = []
        for _ in 0..<100 {
            requests += random.round().map { ("rds", $0.parameters(version: RDS.version).form) }
        }
        try await Self.judge(requests)
    }

    /// Every error that the model gives to one of our calls has a class of its own in `AWSFault`.
    @Test func everyModeledErrorIsClassified() async throws {
        var random = RandomRDSRequests()
        let actions = random.round().map { type(of: $0).action }
        let script = """
            import sys, botocore.session
            model = botocore.session.Session().get_service_model('rds')
            for name in sys.argv[1:]:
                for shape in model.operation_model(name).error_shapes:
                    print(name, shape.metadata.get('error', {}).get('code', shape.name), shape.metadata['error']['httpStatusCode'])
            """
        let lines = try await Python.lines(script, arguments: actions).filter { !$0.isEmpty }
        #expect(lines.count > 80)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            // The calls about tags take any resource; we give them clusters and instances.
            let isOtherResource =
                words[0].contains("Tags") && words[1].contains("NotFound") && !words[1].hasPrefix("DBCluster")
                && !words[1].hasPrefix("DBInstance")
            #expect(AWSFault.knows(words[1]) || isOtherResource, "\(line)")
        }
    }
}
